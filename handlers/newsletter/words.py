"""The sentences of checks and the titles of sections in the languages of the editing page."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.newsletter import SECTIONS

SECTIONS_ES: Mapping[str, str] = {
    "hello": "Saludo",
    "manager": "Carta de la gerencia",
    "voice": "Usted dijo, nosotros hicimos",
    "numbers": "Nuestras cifras",
    "wins": "Logros",
    "workgroups": "Rincón de los grupos de trabajo",
    "equity": "Rincón de la equidad",
    "shoutouts": "Reconocimientos y metas cumplidas",
    "coming_up": "Próximamente",
    "spanish": "En español",
    "foot": "Letra pequeña",
}
_ENGLISH: Mapping[str, str] = {
    "gap": "“{title}” still has a gap that only a person can fill. Write it, or clear the section.",
    "no voice": "“{title}” needs what clients said, or a person who confirms that there was none this quarter.",
    "identifies": "“{title}” has “{text}”. {why}",
    "taken back": "“{title}” has a story that is no longer approved: “{text}”. Take it out, or compile the draft "
    "again.",
    "taken back, edited": "“{title}” has a story that is no longer approved: “{text}”. Take it out of the text.",
    "declined": "“{title}” names {name}, who asked not to be named in a win of this edition. Take the name out.",
    "numbers changed": "“{title}” was made from numbers that were changed or withheld since: {text}. Compile the draft "
    "again.",
    "numbers changed, edited": "“{title}” says {text}, which was changed or withheld. Take it out of the text.",
    "too long": "It has {words} words and may have {most}. Shorten it; “{title}” is the longest.",
    "empty": "Every section is empty. Write something, or compile the draft again.",
    "short": "It has {words} words; {least}–{most} read well. A short issue is honest when little was reported.",
    "no letter": "The manager's letter is left out.",
    "letter": "The manager's letter has {words} words; {least}–{most} read well.",
    "few wins": "Wins told: {told} of {there} that are approved; two to four read well.",
    "no linkages": "A Linkages story is approved but not told.",
    "one workgroup": "All wins come from one workgroup; another has one to tell too.",
    "no spanish": "“{title}” is empty; readers who ask for Spanish: {readers}.",
    "meanwhile": "Somebody changed this section while you wrote. Yours stands below; save once more to keep it. "
    "Theirs:",
    "wins meanwhile": "Somebody chose other wins while you wrote. Look at the order and save once more to keep yours.",
    "both": "You changed the words of the wins and their order. Save one of them, then the other.",
    "long wins": "These wins have {length:,} characters together, and the section holds {most:,}. Choose fewer.",
    "unknown win": "That story is not in this edition's list any more. Choose another.",
    "twice": "This story stands in place {place} already.",
    "characters": "A section holds {most:,} characters; this one has {length:,}. Shorten it, please.",
    "win 1": "First win",
    "win 2": "Second win",
    "win 3": "Third win",
    "win 4": "Fourth win",
    "no win": "None",
}
_SPANISH: Mapping[str, str] = {
    "gap": "A «{title}» le falta algo que solo una persona puede escribir. Escríbalo o vacíe la sección.",
    "no voice": "«{title}» necesita lo que dijeron los clientes, o que alguien confirme que no hubo nada este "
    "trimestre.",
    "identifies": "«{title}» contiene «{text}», que podría identificar a alguien. {why}",
    "taken back": "«{title}» contiene una historia que ya no está aprobada: «{text}». Quítela o compile de nuevo.",
    "taken back, edited": "«{title}» contiene una historia que ya no está aprobada: «{text}». Quítela del texto.",
    "declined": "«{title}» nombra a {name}, que pidió no ser nombrado en un logro de esta edición. Quite el nombre.",
    "numbers changed": "«{title}» se hizo con cifras que se cambiaron o retiraron después: {text}. Compile de nuevo.",
    "numbers changed, edited": "«{title}» dice {text}, que se cambió o se retiró. Quítelo del texto.",
    "too long": "Tiene {words} palabras y puede tener {most}. Acórtela; «{title}» es la sección más larga.",
    "empty": "Todas las secciones están vacías. Escriba algo o compile el borrador de nuevo.",
    "short": "Tiene {words} palabras; entre {least} y {most} se lee bien. Una edición corta es honesta si hubo poco.",
    "no letter": "Falta la carta de la gerencia.",
    "letter": "La carta de la gerencia tiene {words} palabras; entre {least} y {most} se lee bien.",
    "few wins": "Logros contados: {told} de {there} aprobados; de dos a cuatro se leen bien.",
    "no linkages": "Hay una historia de Linkages aprobada que no se cuenta.",
    "one workgroup": "Todos los logros son de un solo grupo; otro también tiene uno que contar.",
    "no spanish": "«{title}» está vacía; lectores que piden español: {readers}.",
    "meanwhile": "Otra persona cambió esta sección mientras usted escribía. Su texto sigue abajo; guarde otra vez para "
    "conservarlo. El texto de la otra persona:",
    "wins meanwhile": "Otra persona eligió otros logros. Mire el orden y guarde otra vez para conservar el suyo.",
    "both": "Usted cambió el texto de los logros y su orden. Guarde primero uno y después el otro.",
    "long wins": "Estos logros tienen {length:,} caracteres juntos y la sección admite {most:,}. Elija menos.",
    "unknown win": "Esa historia ya no está en la lista de esta edición. Elija otra.",
    "twice": "Esta historia ya está en el lugar {place}.",
    "characters": "Una sección admite {most:,} caracteres; esta tiene {length:,}. Acórtela, por favor.",
    "win 1": "Primer logro",
    "win 2": "Segundo logro",
    "win 3": "Tercer logro",
    "win 4": "Cuarto logro",
    "no win": "Ninguno",
}


def section_title(section: str, language: str = "en") -> str:
    """How a section is called on the editing page; readers see the edition's own titles."""
    return (SECTIONS_ES if language == "es" else SECTIONS)[section]


def say(kind: str, language: str = "en", section: str = "", **values: object) -> str:
    """The sentence of a check. Raises KeyError for one there is not."""
    title = section_title(section, language) if section else ""
    return (_SPANISH if language == "es" else _ENGLISH)[kind].format(title=title, **values)

"""What the people of a simulated county say. Written to be safe to publish: staff, process and time, never a client."""

from __future__ import annotations

# Larkspur's workgroups and the strategies they carry, by reference.
LARKSPUR_GROUPS = {
    "First contact": ("1.1",),
    "Less paper": ("1.2",),
    "Listening": ("1.3",),
    "Coaching": ("2.1", "2.3"),
}

# What is said about a step on its way, one line after another.
UNDER_WAY = (
    "First draft is written; two supervisors are reading it.",
    "Half of the units have started. The rest follow next month.",
    "Met with staff development and agreed on the dates.",
    "Trying it with one unit first, results in three weeks.",
    "Second round of comments is in; it got shorter and clearer.",
    "All units but one are using it now.",
)
BLOCKED = (
    "Waiting for IT to open the test system.",
    "No interpreter is free on the planned dates. Trying phone interpretation instead.",
    "The purchase order is with county counsel.",
    "Two of us are covering intake this month, so this had to wait.",
)
DONE = (
    "Live in both offices since Monday.",
    "Finished, and the unit asked to keep it.",
    "Done. The checklist is on the shared drive.",
    "Rolled out to every unit.",
)
# Said in a prompt's thread without naming a step or a status.
REMARKS = (
    "Could we start ten minutes later on Tuesday?",
    "I will bring the numbers from the front desk.",
    "The new room has a better screen, let us meet there.",
)
DECISIONS = (
    "Start with the north office, then the south office a month later.",
    "One page, not two. Large print.",
    "Keep the old form for one more month as a fallback.",
    "Ask the equity member to open each meeting.",
)
FOLLOW_UPS = (
    "Send the draft to both supervisors",
    "Book the training room",
    "Ask the help desk for the text message report",
    "Share the list of forms with the other workgroups",
)
EXCUSES = ("Three of us are at the regional training.", "The office is closed for the move that week.")
# Each is told once. They are about staff and process on purpose.
WINS = (
    "The front desk team cut the welcome packet from eleven pages to three. Families used to carry a folder home; "
    "now it is one sheet they can read in the lobby.",
    "Both offices now answer new applications within two working days. Staff built a shared call list and cover for "
    "each other at lunch.",
    "The intake unit tried the one shared form and gave back about forty minutes a week to each worker.",
    "Coaches and employment staff sat in the same room for the first time and agreed on one referral form.",
    "Text reminders went live after a summer of testing. The team wrote them out loud first, so they sound like us.",
    "Staff development turned a two-day training into four short mornings, so that no unit had to close.",
    "CalWORKs and child welfare staff agreed on one shared planning meeting a month. Both programs now see the same "
    "plan on the same page.",
    "Mentors and new workers now share a checklist for the first ninety days. Nobody starts with an empty desk.",
    "The mail room found a way to scan papers the same day, and workers stopped looking for lost envelopes.",
    "The evening phone hours were staffed by volunteers from three units, and they want to keep doing it.",
    "The data team made one chart that everybody reads, and the Monday meeting is half as long.",
    "Supervisors moved work before it piled up, for the third month in a row.",
)
HEARD = (
    ("survey", "Letters are long and hard to read.", "The welcome letter is now one page in plain words."),
    ("focus group", "It is hard to come during the day.", "Evening phone appointments started at both offices."),
    ("interview", "I sent the same paper three times.", ""),
)
# What families write into the survey: what helped, and what should change.
HELPED = (
    "A text message the day before.",
    "Somebody called me back the same day.",
    "La trabajadora me explicó todo en español y con calma.",
    "The letter told me which papers to bring.",
    "I could do it on the phone in the evening.",
    "Que me dieran una cita por teléfono.",
    "Nobody made me feel bad for asking.",
    "The front desk knew where to send me.",
)
CHANGE = (
    "Let me send photos of my papers.",
    "Stay open later one day a week.",
    "Shorter letters, please.",
    "Menos formularios; piden lo mismo varias veces.",
    "Tell me who my worker is when it changes.",
    "Más personas que hablen español en la recepción.",
    "A place for children to play while we wait.",
)
# Themes that are read from a survey: what many said, what was done, and the step it belongs to.
THEMES = (
    ("Many asked for appointments outside working hours.", "Both offices offer evening calls on two days.", "1.1.4"),
    ("Many would like to send photos of their papers.", "", "1.2.3"),
)
FIRST_NAMES = (
    "Maya", "Denise", "Sam", "Ana", "Thomas", "Linh", "Rosa", "Grace", "Omar", "Julie", "Kenji", "Fatima", "Luis",
    "Nadia", "Peter", "Yolanda", "Ivy", "Marcus", "Elena", "Ruth", "Dev", "Carla", "Noor", "Joel", "Tessa", "Hector",
    "Wanda", "Arif", "Simone", "Paul", "Mei", "Andre", "Lucia", "Bram", "Sofia", "Tariq", "Olga", "Ben", "Ines", "Ravi",
)  # fmt: skip
LAST_NAMES = (
    "Torres", "Okafor", "Whitfield", "Reyes", "Nakamura", "Tran", "Delgado", "Kim", "Haddad", "Larsen", "Mori",
    "Rahman", "Ortega", "Petrov", "Novak", "Banks", "Sandoval", "Greene", "Marin", "Cole", "Patel", "Vega", "Aziz",
    "Stone", "Lund", "Ruiz", "Boyd", "Khan", "Dubois", "Meyer", "Chen", "Silva", "Costa", "Visser", "Rossi", "Farah",
    "Ivanova", "Fox", "Santos", "Shah",
)  # fmt: skip

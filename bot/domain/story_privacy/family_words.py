"""Words of private life: child welfare, and births, deaths and partings."""

from bot.domain.story_privacy.topic_field import Field, any_of

CHILD_WELFARE = Field(
    "child welfare",
    any_of(
        r"reunif\w+",
        r"reunited with",
        r"(?:kids?|children|son|daughter|baby|hijos?) (?:are |is |were |was )?"
        r"(?:finally |now )?(?:c[oa]m(?:e|es|ing) home|back home|back with|home for good)",
        r"placed with (?:her|his|their|an?|the)\b",
        r"(?:relative|kinship|emergency) placement",
        r"kin(?:ship)? care",
        r"(?:legal )?guardianship",
        r"raising (?:her|his|their) (?:\w+ )?(?:grand\w+|niece|nephew|siblings|brothers?|sisters?)",
        r"(?:un)?supervised visit\w*",
        r"(?:cps|cws|dcfs|social services|el dcfs) (?:came|showed up|knocked|called on)",
        r"adopt(?:ed|ing|ion of) (?:her|his|the|their) (?:\w+ )?"
        r"(?:\w*kids?|\w*children|\w*son|\w*daughter|baby|niece|nephew)",
        r"(?:grew up|raised|been|was|child|kid) in the system\b",
        r"aged? out of (?:care|foster|the system)",
        r"foster (?:care|child|children|home|parents?|youth|placement|family)\b",
        r"(?:kids?|child|children|son|daughter|baby|boys?|girls?|hijos?)\s+"
        r"(?:\w+\s+)?(?:were|was|being|had been|got)"
        r"\s+(?:removed|taken|placed|detained|returned)\b",
        r"removed from (?:the|her|his|their) (?:home|care|custody|parents?)",
        r"removal of (?:her|his|their|the)\b",
        r"(?:got|get|getting|gets) (?:her|his|their) (?:kids?|children|son|daughter|baby) back",
        r"(?:lost|regain\w*|won|losing) (?:full )?custody",
        r"(?:open|cps|cws|dependency|dcfs) case\b",
        r"(?:dependency|juvenile) (?:court|case|hearing)",
        r"parental rights",
        r"child (?:abuse|neglect|protective)",
        r"(?:her|his|their|the family's|the client's|the mother's|whose) (?:cps|cws|child welfare|social) worker",
        r"(?:cps|cws|child welfare) (?:case|report|referral|investigation|hold|history|involvement)\b",
        r"family maintenance\b",
        r"a mutual (?:family|client)",
        r"linkages (?:family|client|mother|mom|father|parent)\b",
        r"hogar(?:es)? de (?:crianza|acogida)",
        r"cuidado de crianza",
        r"le (?:quitaron|devolvieron) a sus hij\w+",
        r"servicios de protección",
        r"(?:has|have|had|got|with) an? (?:\w+ )?(?:cps|cws|child welfare|social) worker",
        r"taken from (?:her|his|their) (?:mother|father|mom|dad|parents?|home|family)",
        r"(?:cps|cws|child welfare) (?:returned|removed|took|placed|opened|closed|investigated|got involved)",
    ),
    any_of(
        r"child welfare\b",
        r"cps\b",
        r"cws\b",
        r"dcfs\b",
        r"child protective\b",
        r"bienestar infantil\b",
        r"visitation\b",
    ),
    "That a child-welfare case, report or removal exists is protected (WIC 827). "
    "Tell what the two programs did together.",
)

FAMILY_EVENT = Field(
    "family event",
    any_of(
        r"passed away\b",
        r"(?:mom|mother|dad|father|son|daughter|baby|husband|wife|partner|brother|sister|grand\w+|parents?) "
        r"(?:passed|died)\b(?! (?:the|her|his|an?|all|by|on)\b)",
        r"(?:death|funeral|burial|suicide) (?:of|for) (?:her|his|their)",
        r"los(?:t|ing)\b[^.\n]{0,60}?\b(?:her|his) (?:husband|wife|mom|mother|dad|father|son|daughter|baby) to\b",
        r"widow\w*",
        r"orphan\w*",
        r"los(?:t|ing) (?:her|his|their|both|an?|two|three|\d) (?:\w+ ){0,2}?"
        r"(?:twins?|baby|sons?|daughters?|husband|wife|partner|mom|mother|"
        r"dad|father|parents|brothers?|sisters?|cousins?|aunt|uncle|niece|nephew|child|kids?|grand\w+)\b",
        r"divorc\w+",
        r"falleci\w+",
        r"muri[oó]\b",
        r"perd(?:ió|er) a su\b",
        r"viud[ao]\b",
        r"huérfan\w+",
    ),
    any_of(
        r"(?:twins|triplets|gemel[ao]s|newborn|baby (?:girl|boy|shower))\b",
        r"(?<!car )(?<!van )(?<!phone )(?<!laptop )(?<!truck )(?<!battery )died\b",
        r"funeral\b",
        r"born\b",
        r"nació\b",
    ),
    "Births, deaths and partings are known in the neighbourhood. Leave them out.",
)

"""Words of the programs that are no names. Add a word here when a story trips over it."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Capitalised words that are no names of people or places: programs, titles, tools, languages, days.
KNOWN_WORDS = word_set("""
    a academy acrobat act activity adkar adobe african after agency agile agreement aid all also american
    americans analyst and android another antes any anyone apple appraisal april arabic area asian assessment
    assistance at attendance audit august basics bay because before benefits best better big bingo black board
    bot both bravo building but by c-iv cal cal-oar cal-sip cal-works calfresh california callers calsaws calwin
    calworks canva care careers case cash cdhs cdss center central change chapter check child child-care
    childcare children chinese christmas clerk client clients club coach coast coastal college community con
    condado congrats congratulations coordinator core council county cqi cuando customer cwes dashboard data day
    dcss dear december department deputy desk después development director division dmv do docusign doodle dss
    e&t each eap east easter ebt economic edd education el eligibility ella ellos employees employer employment
    en engagement english equipo equity esl etc ets even every everybody everyone everything excel executive
    experience fair families family faq farsi february federal few finally financial first fiscal five floor for
    form forms foundation foundations four friday from fund fyi gained ged general goal goals good google
    gracias great group guide handbook he head health hello help her here hey hhs hi his hispanic hmong hola
    hooray how hr hsd huge human i i'd i'll i'm i've if improvement in income indigenous initial institute
    intake internet iphone it it's its january job july june kahoot kaizen kiosk kudos la lab large las last
    latina latino lead leadership lean learning lens less library linkages list lobby los mac manager managers
    mandarin manual many march may measure medi medi-cal medical meeting memo microsoft miro mobile monday month
    more most motivational much my native navigator network new newsletter no no-one nobody north northern not
    note nothing notice november now nuestra nuestro nuestros ocat october office officer on one online or
    orientation our outlook outreach pacific para part participant participants partner partners pdf pdsa peer
    personal phase pilot plan please policy por portal powerpoint process program programs progress project
    proud ps punjabi q1 q2 q3 q4 qr quality quarter quick race rate ready report resource review room russian
    sanction saturday saws scrum section self-sufficiency senior september service services several sharepoint
    she shout-out shoutout sigma since sip six slack small sms snap so social some someone something south
    southern spanish special specialist specialists staff stage stages state step steps story strategy study su
    success sunday supervisor supervisors support survey sus system systems tagalog tanf target team teams
    technician thank thanks thanksgiving that that's the their then there these they this those three thursday
    time tip title to today together training trello tuesday two u.s un una unit until update us usa va valley
    vietnamese voice we we're we've webex wednesday welfare welfare-to-work went west what whatever whatsapp
    when whenever where which while white who whole whose why win windows wins with word work worker workers
    workforce workgroup workgroups works workshop wtw yay year yes yet you your youtube zoom
""")

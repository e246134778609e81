"""Word lists for telling names from the words of the programs. Add a word here when a story trips over it."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# First names common in California, in the spelling without accents as well. Not exhaustive: any other capitalised
# word that the programs do not use is asked about.
FIRST_NAMES = _words("""
    aaliyah aaron abby abdul abel abigail abraham adam adan adriana agustin ahmed aiden aisha alan alberto
    alejandra alejandro alex alexa alexander alexandra alexis alfredo ali alice alicia alma alondra alvaro
    alyssa amanda amber amelia amparo amrit amy ana andrea andres andrew angela angelica angie anita ann anna
    anne anthony antonio araceli ariana armando arturo ashley aurora barbara beatriz becky benjamin bernardo
    beth blanca brandon brenda brian briana brianna brittany brooklyn bruce bryan camila candace carla carlos
    carmen caroline catherine cecilia celia cesar charles chelsea cheryl chloe christian christina christine
    christopher chuy cindy citlali claire claudia concepcion connie consuelo courtney cristina crystal cynthia
    daisy damian dan dana daniel daniela danielle darius dave david debbie deborah debra delia denise dennis
    derek deshawn destinee diana diane diego dolores donald donna dorothy doug dylan eddie edgar eduardo edward
    edwin efrain elena elias elizabeth ella ellen emilio emily emma enrique eric erica erik erika ernesto
    esmeralda esperanza esteban esther ethan eva evelyn fabian fatima fatimah felicia felipe felix fernanda
    fernando fidel francisco gabriel gabriela gary george gerardo gilberto gina gladys gloria gonzalo graciela
    gregory guadalupe guillermo gurpreet gustavo gwen hannah harpreet heather hector heidi helen henry hoang
    hugo humberto ian ignacio imani imelda ines ingrid irene iris irma isaac isabel isabella ismael itzel ivan
    jackie jacob jacqueline jaime jairo jamal james jamie jane janet janice jasmine jason jaspreet javier jayden
    jeff jeffrey jennifer jenny jeremy jerry jesse jessica jesus jill jim jimmy jo joan joanna joaquin joe joel
    john jonas jonathan jordan jorge jose joseph joshua josie juan juana juanita judith judy julia julian
    juliana julie julio justin kao karen karina karla kate katherine kathleen kathy katie kaur kayla kaylee
    keisha keith kelly ken kenneth kevin kim kimberly kristen kristin kyle lakeisha larry latisha latoya laura
    lauren laurie lee leonardo leonel leslie leticia liam lidia liliana linda linh lisa logan lorena lorenzo
    lori louis lourdes lucia luis luisa luke lupe lupita luz lynn madison mai malik mandy manuel marco marcos
    margaret margarita maria mariana maribel marie marina mario marisol marissa marta martha martin martina mary
    mason mateo matthew maureen maya megan mei melanie melinda melissa melvin mercedes micah michael
    michelle miguel mike mildred minh miriam mohamed mohammed molly monica monique nacho nadia nancy naomi
    natalia natalie natasha nathan nayeli nguyen nicholas nicole nina noah noelle noemi nora norma octavio
    oksana olena olga olivia omar oscar osvaldo pa pablo paco pamela pancho patricia patrick paul paula pedro
    pepe perla peter phillip phyllis pilar priscilla priya rachel rafael ramon ramona randy raul ravi rebecca
    refugio rene reyna reynaldo ricardo richard rigoberto rita robert roberto rocio rodolfo rodrigo rogelio ron
    ronald rosa rosalinda rosario rosie ross roxana ruben ruby ruth ryan sabrina salvador sam samantha samuel
    sandra santiago sara sarah saul savannah scott sean sergio shanice shannon sharon shawn sheila shelly sherry
    silvia singh socorro sofia soledad sonia sophia stacy stephanie stephen steve steven stuart susan susana
    suzanne svetlana sylvia tabitha tamara tamika tammy tania tanisha tanya tara tatiana teresa terry theresa
    thomas thuy tiana tiffany tim timothy tina todd tom tomas tony tracy tran travis trevor trinidad tyler
    tyrell tyrone ulises uriel ursula valeria vanessa veronica veronika vicente vicki victoria vincent virginia
    vivian walter wanda wendy whitney wilfredo william xavier ximena xiong xochitl yadira yang yasmin yesenia
    yesica yolanda yuliana yvette yvonne zachary zoe zulema
""")

# First names that are also everyday words: they count only when capitalised inside a sentence or beside a kin word.
AMBIGUOUS_NAMES = _words("""
    angel april art august autumn bill carol chance charity chase cruz dawn dean destiny drew eve faith frank
    grace grant hope jack jean joy june mark may mercy miles nick pat paz penny ray rich rose sue summer trinity
    victor will
""")

# Capitalised words that are no names of people or places: programs, titles, tools, languages, days.
KNOWN_WORDS = _words("""
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
    latina latino lead leadership lean lens learning less library linkages list lobby los mac manager managers
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

"""Words that a sentence about one person served may have without telling of that person's life.

How a service felt, what the paper, the call and the office were like, what a program does. Left out on purpose: kin,
bodies, homes, trades, vehicles, animals, faith, money troubles, weekdays and months. English words stand in their
plain form, Spanish ones without accents. Leaving a harmless word out costs a look by the coordinator; adding one that
tells of a life lets a story pass that should not.
"""

from __future__ import annotations

_LITTLE = """
    a an the this that these those there here and or but nor so because since if when whenever while until
    before after then than as of to in on at by for from with without into onto out off up down over under about
    around between among through during within across near per via not no yes never always ever often sometimes
    again once twice soon now today later already still yet just only also too very really quite rather such
    even almost maybe perhaps actually honestly finally first last next previous early late quick quickly fast
    slow slowly right well away ahead back together instead else both either neither each every all any some
    none more most less least few many much several enough another other same own different i me my mine myself
    we us our ours you your yours it its they them their theirs she he her his him hers himself herself
    themselves who whom whose which what where why how whatever whoever anything something nothing everything
    anyone someone everyone anybody somebody everybody one two three four five six seven eight nine ten eleven
    twelve fifteen twenty thirty forty fifty sixty ninety hundred half double second third is am are was were be
    been being do does did done doing have has had having can could may might must shall should will would don't
    didn't doesn't isn't wasn't weren't can't couldn't won't wouldn't haven't hasn't hadn't i'm i've i'd i'll
    we've we're we'd it's that's there's they're they've she's he's let's im ive dont didnt cant w u ur n ok
    okay oh wow lol haha yay woohoo omg hey hi hello btw fyi tbh ppl pls thx ty gonna wanna gotta kinda sorta
    yeah yep nope cuz til till thru vs etc rn bc
"""

_DEEDS = """
    borrow count park practice pronounce rely sat scroll sit skip spell type able accept access achieve act add
    admit agree allow answer appear apply appreciate approve arrive ask assign attend avoid become became begin
    began begun believe book bring brought build built call came come change check choose chose chosen clap
    clear click close comment complete complain compliment confirm confuse connect consider contact continue
    copy correct cover create cut deal decide deliver describe design download drop earn email end engage enjoy
    enter exit expect explain express fax feel felt figure file fill find found finish fit fix follow forget
    forgot forward gave get give given glad go goes going gone got gotten greet grin guess guide handle happen
    hear heard help hold held hope imagine improve include inform invite join keep kept knew know known laugh
    learn leave left let like listen log look love made mail make manage matter mean meant meet met mention miss
    move navigate need note notice offer open organize pass pause pay pick point praise prefer prepare print
    process provide put reach react read realize receive recommend reduce refer remember remind remove repeat
    reply request reschedule respond return review rush said save saw say scan schedule see seem seen send sent
    set share show showed shown sign smile solve sound speak spoke spend spent stand start stay stop submit
    suggest surprise switch take taken talk taught tell tap text thank think thought told took train translate
    treat tried trust try turn understand understood update upload use visit voice wait walk want watch welcome
    went wish wonder work worry write wrote written
"""

_FEELINGS_AND_MANNERS = """
    afraid angry mad upset embarrassed ignored judged judgment dignity amazing amazed anxious appreciated
    awesome bad best better big brief busy calm calmer careful clear clearer clearly comfortable complete
    confident confidence confused confusing convenient cool correct courage dread easy easier easily eager
    encouraged encouragement excited exciting fair faster favorite feedback fine free friendly friendlier
    frustrated frustrating frustration full fun glad good grateful gratitude great happy happier hard harder
    heard helpful honest hopeful huge human important interested joy kind kindly kindness long longer loud low
    main motivated motivation natural nervous old nice normal open organized overwhelmed overwhelming patience
    patient patiently plain pleasant pleased polite positive possible pressure private proud quiet quietly ready
    real reason rude relaxed relief relieved respect respected respectful scary seen short shorter shy simple
    simpler simply small smooth smoothly smile sooner special stress stressed stressful strong supported sure
    surprised sweet tears thankful thanks thrilled tired trouble true uncomfortable useful valued warm warmth
    welcomed welcoming willing wonderful worried worse worst wrong
"""

_SERVICES = """
    ability account action activity activities ad advance adult agency agenda agent aid answer app application
    appointment appt appts approach appraisal approval area assessment assistance attendance attention barrier
    basics benefit bilingual box branch bus button calendar caller calfresh calworks card career certificate
    coffee computers cellphone center chance chart chat chatbot checklist childcare choice class classes
    classmate classroom client clients clerk code college comment communication community computer concern
    contact conversation copy counter county course customer data date day days deadline decision department
    desk detail details digital difference difficulty direct director district document documents docusign door
    edd education effort eligibility email employee employer employment english envelope error evening event
    example experience explanation eye face fair family families fax fee fiscal floor flow flyer folder folders
    form forms freedom front goal goals group guide habit half hand handout help hour hours idea impact
    improvement info information intake interest internet interpreter interview interviews issue item jargon job
    jobs journey jump key kiosk kudos language laptop laughter lead leader letter letters level library line
    link list lobby lot lots mailbox manager map materials medi-cal meeting meetings member members menu message
    messages mind minute minutes moment mom mother month months monthly morning motivation name navigator need
    needs new news night noon note notice notices number office offices officer online opportunity option
    options order orientation packet packets page pages panel paper papers paperwork parent parents participant
    participants participation partner partners part path pen people person phone phrase piece place plan plans
    plus point policy portal process program programs progress project question questions quiz reception
    receptionist referral referrals reminder reminders report request requirement resource resources respond
    response result results resume role room rule rules satisfaction scanner schedule screen script search
    section sense service services seat session sessions snack share side sign sip skill skills slide slot snap
    software space spanish specialist staff stage start state statement step steps story strategy strengths
    success suggestion supervisor support supportive survey system table tablet task team teams thing things
    time times tip title tool topic tour track trainer training transition translation trial unit units update
    video view virtual voucher visit visits voicemail volunteer wait waiting way ways web website week weeks
    weekly welcome welfare-to-work whole window word words work worker workers workgroup workplace workshop
    workshops world worth wtw year years zoom client's participant's family's parent's customer's mom's dad's
    mother's father's father dad dads moms mothers fathers recipient recipients applicant applicants shoutout
    congratulations congrats gracias es ew tanf esw e&t et ocat linkages cal-oar cal-sip county's everybody's
    paperless plain-language in-person walk-in drop-in one-on-one follow-up check-in sign-in same-day next-day
    step-by-step win-win face-to-face
"""

_SPANISH = """
    a al ante con contra de del desde durante e el ella ellas ello ellos en entre era eran es esa ese eso esta
    estaba estaban estan estar este esto estos estas fue fueron ha han hasta hay la las le les lo los mas me mi
    mis mucho mucha muchas muchos muy nada ni no nos nosotros nuestra nuestras nuestro nuestros o para pero por
    porque que quien se sea ser si sin sobre solo son soy su sus tambien tan te tiene tienen tener todo toda
    todos todas tu un una unas uno unos y ya yo cuando como donde ahora antes despues hoy siempre nunca primera
    primer vez veces bien mejor menos otro otra gracias dijo dice dijeron conto llamo llamar llamada llamadas
    llego llegar llega entendio entender entiende explico explicar explica ayudo ayudar ayuda ayudamos recibio
    recibe recibir sintio siente sentir pudo puede pueden pregunto preguntar espero esperar espera firmo firmar
    lleno llenar termino empezo hablar hablo habla escucho escuchar quiere queria necesita necesitaba dio dar
    gusto encanto sonrio agradecio agradecida agradecido contenta contento feliz tranquila tranquilo comoda
    comodo segura seguro clara claro facil rapida rapido nueva nuevo corta corto carta cartas cita citas clase
    clases taller talleres formulario formularios papel papeles programa programas oficina equipo personal
    trabajadora trabajador trabajo proceso video mensaje mensajes recordatorio folleto pagina linea telefono
    idioma espanol ingles horario tarde manana dia dias hora horas minuto minutos semana semanas mes meses ano
    tiempo cosa cosas pregunta preguntas respuesta informacion servicio servicios condado comunidad familia
    familias mama papa madre padre clienta cliente participante persona personas gente senora senor
"""

PLAIN_WORDS = frozenset(" ".join((_LITTLE, _DEEDS, _FEELINGS_AND_MANNERS, _SERVICES, _SPANISH)).split())

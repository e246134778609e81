"""Words that a sentence about one person served may have without telling of that person's life.

How a service felt, what the paper, the call and the office were like, what a program does. Left out on purpose: kin,
bodies, homes, trades, vehicles, animals, faith, money troubles, weekdays and months. English words stand in their
plain form, Spanish ones without accents. Leaving a harmless word out costs a look by the coordinator; adding one that
tells of a life lets a story pass that should not.
"""

from __future__ import annotations

_LITTLE = """
    a about across actually after afternoon again ahead all almost alone along already also although altogether
    always am among an and another any anybody anymore anyone anything anyway anywhere apart are around as asap
    aside at away back barely basically bc be because been before being besides between bit both btw bunch but
    by can can't cant constantly could couldn't couple cuz def despite did didn't didnt different directly do
    does doesn't doing don't done dont double down dozen dozens during each early eight eighteen eighty either
    eleven else enough especially etc even eventually ever every everybody everyone everything everywhere
    exactly extra fast few fifteen fifth fifty finally first five for forty four fourteen fourth from fyi
    generally gonna gotta had hadn't haha half hardly has hasn't have haven't having he he's hello her here hers
    herself hey hi him himself his honestly how hundred i i'd i'll i'm i've idk if im imho immediately imo in
    instantly instead into is isn't it it's its ive just kinda last late lately later least less let's lil
    literally lmk lol mainly many may maybe me might mine minus more most mostly much must my myself n near
    nearly neither never next nine nineteen ninety no nobody none noone nope nor normally not nothing now
    nowhere of off often oh ok okay omg on once one only onto or other our ours out over own peeps per percent
    perhaps personally pile pls plus ppl previous prob quick quickly quite rather really recently right rlly rn
    same second seven seventeen seventy several shall she she's should simply since six sixteen sixty slow
    slowly so some somebody someone something sometimes somewhere soon sorta still such suddenly tbh ten than
    that that's the their theirs them themselves then there there's these they they're they've third thirteen
    thirty this tho those though thousand three through thru thx til till to today together tomorrow ton tonight
    tons too totally toward towards truly twelve twenty twice two ty typically u under unless until up ur us
    usually very via vs w wanna was wasn't we we'd we're we've well were weren't what whatever when whenever
    where whether which while who whoever whole whom whose why will with within without won't woohoo would
    wouldn't wow y'all yall yay yeah yep yes yesterday yet you your yours
"""

_DEEDS = """
    able accept access achieve acknowledge act adapt add adjust admit advise agree aim allow announce answer
    apologize appear apply appreciate approve arrive ask assess assign assume assure attach attend automate
    avoid awake became become began begin begun believe blame book boost borrow bounce breathe bring brought
    browse build built calculate call came celebrate change chase check cheer choose chose chosen circle clap
    clarify clear click climb close coach collaborate collect combine come comment communicate compare complain
    complete compliment concentrate confirm confuse connect consider consult contact continue convince cooperate
    coordinate copy correct count cover create cry cut deal decide deliver describe design develop dial dig
    digitize download dread drop earn ease educate email empower empty enable encourage end energize engage
    enjoy ensure enter evaluate exchange exit expand expect experiment expire explain express extend face
    facilitate fax feel felt figure file fill find finish fit fix fold follow force forget forgot forward found
    gather gave get giggle give given glad glance go goes going gone got gotten grab greet grew grin grow
    guarantee guess guide handle hang happen hate hear heard held help hesitate highlight hire hold hope hug hum
    hunt hurry ignore imagine improve include inform inspire introduce invite involve join joke judge jump keep
    kept knew know known label lack land laugh launch lay lead lean learn leave led left lend let lift lighten
    like line listen log look love lower made mail make manage mark matter mean meant measure meet mention merge
    mess met miss monitor motivate move name navigate need negotiate nod note notice observe obtain offer open
    operate organize overcome pack park participate partner pass pause pay perform pick pilot plan plug point
    post practice praise prefer prepare present pretend prevent print process produce promise promote pronounce
    propose protect prove provide publish pull push put qualify quote raise ran rank rate reach react read
    realize reapply rebuild recall receive recertify recognize recommend redesign redo reduce refer refuse
    register reject relate relax rely remember remind remove rename renew repair repeat replace reply request
    require reschedule reserve resolve respond rest retry return reuse review reward rewrite ring roll run rush
    said sanitize sat save saw say scan schedule score scribble scroll see seem seen select send sent serve set
    settle shake shape share shift shorten shout show showed shown shrink sign simplify sit skip slip smile
    solve sort sound spark speak spell spend spent split spoke spread squeeze stack stamp stand staple start
    stay step stick stop streamline stretch study submit succeed suggest suit surprise swap switch take taken
    talk tap taught teach tell test text text-message thank think thought thrive throw told took touch track
    train transfer translate treat tried trim triple trust try turn tweak type understand understood undo unlock
    update upload use validate value verify view visit voice vote wait walk wander want warm waste watch wave
    welcome went win wish won wonder work worry wrap write written wrote zoom
"""

_FEELINGS_AND_MANNERS = """
    accessible accurate afraid amazed amazing angry anxious appreciated approachable ashamed attentive available
    aware awesome awkward bad basic best better big blessing bold breeze brief bright busy calm calmer careful
    caring certain cheerful clearer clearly comfortable common compassion compassionate concrete confidence
    confident confused confusing consistent convenient cool courage creative curious deep detailed dignified
    dignity direct doable eager easier easily easy effective efficient embarrassed empathy encouraged
    encouragement energetic energy enjoyable enthusiastic entire essential exact excellent excited exciting
    fabulous fair familiar fancy fantastic faster favorite feedback fine firm flexible free fresh friendlier
    friendly frustrated frustrating frustration full fun funny game-changer gentle gently genuine genuinely good
    grateful gratitude great guilty handy happier happy hard harder hassle headache helpful hesitant honest
    hopeful huge human humble humor ignored important impossible impressed impressive incredible informed
    interested intimidated intimidating invisible inviting joy joyful judged judgment kind kindly kindness
    knowledgeable light long longer loud lovely low lucky mad main meaningful memorable modern motivated
    motivation natural neat nervous nice nicely nightmare normal old optimistic organized original overwhelmed
    overwhelming painless particular patience patient patiently perfect perfectly phenomenal plain playful
    pleasant pleased pleasure polite positive possible powerful practical precise prepared pressure pride
    private productive professional proud puzzled quiet quietly random readable ready real realistic reason
    reasonable regular related relaxed relevant reliable relief relieved respect respected respectful rough rude
    satisfied scary seamless secure self-confidence shame shocked short shorter shy silly simple simpler sincere
    skeptical skilled small smart smiling smooth smoothly soft sooner special specific spirit stable steady
    straightforward stress stressed stressful strict strong stupid super superb supported sure surprised
    suspicious sweet tears tense terrible terrific thankful thanks thorough thoughtful thrilled tired tone
    tricky trouble true trusting trustworthy ugly unclear uncomfortable unexpected unique unsure upset urgent
    useful usual valued visible visual vital warmth weird welcomed welcoming wide willing wise wonderful worried
    worse worst wrong
"""

_SERVICES = """
    ability account acronym action activities activity ad adult advance advice advisory agency agenda agent aid
    aide announcement answering app applicant applicants application appointment appraisal approach approval
    appt appts area assessment assistance attendance attention audio author backlog badge banner barcode barrier
    basics benefit bilingual binder board booklet booth box branch brochure bucket buddy bulletin bus button
    cal-oar cal-sip calendar calfresh caller calworks caption card career category cellphone center certificate
    chair challenge chance channel chapter chart chat chatbot check-in checklist childcare choice class classes
    classmate classroom clerk client client's clients clipboard clock coaching code cohort collection college
    color column committee communication community complaint computer computers concern conference confirmation
    confusion congrats congratulations conversation corner council counter county county's course courtesy crew
    criteria cue curriculum customer customer's cycle dad dad's dads dashboard data database date day days
    deadline decision definition delay department desk detail details device dialogue difference difficulty
    digital director district document documents docusign door draft drawer drop-in duty e&t edd education
    effort elevator eligibility employee employer employment encounter english entrance envelope equipment
    equity errand error es esw et evening event everybody's ew example exercise expectation experience
    explanation eye face-to-face facilitator fact failure families family family's father father's fathers
    feature fee field fiscal flash flashcard floor flow flyer folder folders follow-up font form format forms
    frame freedom front gap glossary goal goals gracias greeter greeting group guest guidance guideline habit
    hallway hand handoff handout headline heads-up headset heart hint hotline hour hours icon idea image impact
    impression improvement in-person inbox incentive inch index info information input insight instruction
    instructions intake interaction interest internet interpreter interview interviews invitation issue item
    jargon job jobs journal journey key keyboard kiosk kit knowledge kudos lab language laptop laughter layout
    leader lesson letter letterhead letters level library lifesaver limit link linkages list load lobby login
    logo loop lot lots machine mailbox management manager map mat material materials math maze measurement
    medi-cal media meeting meetings member members memo mentor mentoring menu message messages method mic
    microphone mileage mind minute minutes mix mock module mom mom's moment moms month monthly months morning
    mother mother's mothers mouse navigation navigator needs network new news next-day night noon notebook
    notices number objective observation ocat office officer offices one-on-one online opening operator
    opportunity option options order orientation outcome outlet outline outreach overview package packet packets
    pad page pages panel paper paperless papers paperwork paragraph parent parent's parents parking part
    participant participant's participants participation partners partnership password path pattern peer pen
    people person perspective phone phrase piece place plain-language plans podium policy poll portal postcard
    poster presentation presenter priority privacy problem procedure product program programs progress project
    prompt proof protocol purchase purpose puzzle qr quality question questions queue quiz raffle ramp range
    reader reading reality recap reception receptionist recipient recipients recording referral referrals
    refresher registration regulation relationship reminder reminders report representative requirement
    reservation resource resources response result results resume retreat revision role room roster round
    routine rule rules runaround same-day sample satisfaction scanner screen script search seat section sense
    sequence service services session sessions shelf shortcut shoutout side sign-in signage signature sip skill
    skills skit slide slot snack snag snap software solution source space spanish speaker specialist speech spot
    spreadsheet square staff stage standard state statement station step-by-step steps sticker story strategy
    strengths structure style subject success suggestion summary supervisor supply support supportive surface
    survey swag symbol system table tablet tanf task team teams template term theme thing things time times tip
    title tool toolkit topic tour trade trainee trainer training translation transparency trend trick tutorial
    typo unit units user vendor verification version video virtual vision visits vocabulary voicemail volunteer
    voucher waiting walk-in way ways web website week weekly weeks welfare-to-work win-win window word wording
    words workbook worker workers workflow workgroup workload workplace workshop workshops world worth writer
    writing wtw year years zone
"""

_SPANISH = """
    agradecida agradecido agradecio agregamos ahora al ano ante antes apoyar apoyo aprender aprendimos aprendio
    aviso ayuda ayudamos ayudar ayudaron ayudo bien cambiamos cambiar cambio cambios capacitacion carta cartas
    cita citas clara claro clase clases clienta cliente comenzar comenzo como comoda comodo companera companeras
    companero companeros compartio compartir comprender comprendio comunidad con condado confianza contenta
    contento contestar contestaron conto contra correo corta corto cosa cosas cuando curso cursos dar de decir
    del desde despues dia dias dice dieron dijeron dijo dio directo documento documentos donde durante e el ella
    ellas ello ellos empezamos empezar empezo en encanto entender entendio entiende entrada entre entregar
    entrego entrevista equipo era eran esa escrita escrito escritorio escuchar escucho ese esfuerzo eso espanol
    espera esperar espero esta estaba estaban estan estar estas este esto estos explica explicacion explicamos
    explicar explico facil familia familias feliz fila firmar firmo folleto formato formulario formularios
    frente fue fueron gente gerente gusto ha habla hablar hablo hace hacemos hacer hacia han hasta hay hecho
    hicieron hicimos hizo hora horario horas hoy ideas idioma informacion ingles ir la las le leer lengua les
    letra letras letrero leyo ligera linea lista llamada llamadas llamar llamo llega llegar llego llena llenar
    lleno lo logramos lograr logro los lugar madre mama manana mandamos mandar mas mejor mejora mejoramos
    mejorar menos mensaje mensajes mes meses mi minuto minutos mis mostrar mostro mucha muchas mucho muchos muy
    nada necesidad necesita necesitaba ni ningun ninguna nivel nos nosotros nota nuestra nuestras nuestro
    nuestros nueva nuevo numero nunca o oficina ojos opcion orgullosa orgulloso orientacion otra otro padre
    pagina palabra palabras pantalla papa papel papeles para parte participante paso pasos pensar pero persona
    personal personas por porque practica pregunta preguntar preguntas pregunto preparada preparado presentacion
    primer primera primero problema problemas proceso programa programas pronto pudimos pudo puede pueden puerta
    que quedo queria quien quiere quitamos rapida rapido razon recepcion recibe recibimos recibio recibir
    recordatorio respetada respetado respeto responder respondio respuesta reunion sabe saber sabia sala salio
    se sea seguir segura seguro semana semanas sencilla sencillo sencillos senor senora senti sentimos sentir
    ser servicio servicios sesion si siempre siente sin sintio sistema sobre solo son sonrio sonrisa sonrisas
    soy su subir sugirio supervisora sus taller talleres tambien tan tanto tarde te tecnologia telefono tema
    temas tener termino tiempo tiene tienen tipo toda todas todo todos trabajador trabajadora trabajo tramite
    tramites tranquila tranquilo trato tu turno un una unas unidad uno unos usa usar uso va vamos van veces ven
    venir ventanilla vez viene vino visita voz y ya yo
"""

PLAIN_WORDS = frozenset(" ".join((_LITTLE, _DEEDS, _FEELINGS_AND_MANNERS, _SERVICES, _SPANISH)).split())

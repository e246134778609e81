"""First and last names common in California's communities, without accents. Written by hand; not exhaustive:

any other capitalised word that the programs do not use is asked about as well. These are known in small letters too.
"""

from __future__ import annotations

from bot.domain.story_privacy.words import word_set

FIRST_NAMES = word_set("""
    aaliyah aaron abbey abby abdi abdirahman abdul abdullah abebe abel abigail abraham adaeze adalberto adam
    adan adebayo adelina adilene aditi adrian adriana adrienne afa agustin ahmad ahmed aiden aimee aisha aiyana
    akiko alan alana alberto alec alejandra alejandro alemayehu alex alexa alexander alexandra alexandria alexis
    alfonso alfredo ali alice alicia alina alison allison almaz alofa alondra alonzo alvaro alvin alyona alyssa
    amanda amandeep amanpreet amari amarjit amber amelia amina amir amos amrit amy ana anahi anahit analyn
    anastasia anatoly andre andrea andres andrew andriy angela angelica angelina angie anh ani anita aniyah
    anjali ann anna anne annette annie anoush anthony antoine antonella antonia antonio antwan araceli aracely
    aram ararat arax archie arek arely ariana arjun arkady arlene armando armen armine arnel arnulfo arpi arsen
    arshdeep artak artem artemio arturo ashanti ashley ashok ashot ashton asma astghik audrey aurelio aurora ava
    avery ayaan azucena babak bahram bailey balbir baljeet baljit baltazar balwinder barbara barry bayani
    beatrice beatriz becky behrouz belinda benito benjamin benny berenice bernadette bernard bernardo bernice
    bertha bessie beth betsy betty betzaida beverly bich bilal billy bituin blake blanca blia bogdan bohdan
    bonnie boris boyd bradley brady brandi brandon brayan brenda brendan brent breonna brett brian briana
    brianna bridget briseida britney brittany brooklyn bruce bryan bryce byron caitlin caleb calvin camila
    candace carla carlos carlton carly carmela carmen caroline carrie cassandra cassie catherine cathy cayetano
    cecilia cedric celia cesar chantel chanthavy charanjit charlene charles charlotte chaska chau chayo chelsea
    chenoa cheryl chidi chinedu chioma chloe choua chris christian christie christina christine christopher chue
    chuy cindy citlali citlalli claire clarence clark claudette claudia clemente clifford clint clyde cody colin
    colleen conchita connie corey cornell courtney craig cristina cristobal cuauhtemoc curtis cyndi cynthia
    daisy dajuan dalisay daljit damarcus damaris damian damon dan dana daniel daniela danielle daniyal danny
    dante darius darla darlene darnell darren darrin darryl dasha dashawn dave david davinder davit dawit
    deandre deanna debbie debi deborah debra deepa deepak deirdre dejuan delfina delfino delia demetrius denise
    dennis denny denys deonte derek deshaun deshawn desiree destinee devonte dewey dexter diana diane dianne
    diego dieu dilpreet dina dinh divya dmitri dmitry dmytro dominic dominique donald donna donnie donte doreen
    doris dorothy doug duane duong dustin dwayne dwight dylan eddie edgar edgardo edith edna eduardo edward
    edwin efrain efren eileen ekaterina elaine eldon eleanor eleazar elena elias elijah elisa elise eliseo eliza
    elizabeth ellen ellie elmer eloisa elsie elvia elvira emeka emiliano emilio emily emma emmanuel enrique
    epifanio eric erica ericka erik erika erin erlinda ermelinda ernest ernesto ernie ervin esfandiar esmeralda
    esteban estela estelle esther ethan eugene eugenia eulalia eun eunice eva evan evangelina evangeline evelyn
    everardo evgeny ezekiel ezequiel fabian faisal farah farhad fariba farid farzana fatima fatimah faustino
    fausto felicia felicitas felicity felipe felix fereshteh fernanda fernando fidel filiberto fiona florante
    florencia floyd folasade fortino fowzia frances francine francisco fred freda frederick froylan fyodor
    gabriel gabriela gagandeep gagik galina gaonou garik garo garrett gary gavin gayane genaro gennady genoveva
    geoffrey george georgina gerald geraldine gerardo gertrude getachew gevorg giang gilbert gilberto gina
    giovanni gita gladys glenda glenn gloria gohar gonzalo gordon graciela graham greg gregorio gregory greta
    grigor grigory griselda guadalupe guillermo gurdeep gurinder gurmeet gurpreet gursimran gustavo gwen
    gwendolyn habib habiba hagop haig hakob halima halyna hamid hamza hanan hannah harbhajan hardeep harjinder
    harjit harleen harminder harold harpal harpreet harriet harry haruki harvey hasmik hassan hayk heather
    hector heidi helen henry herbert herman hermelinda hernan hien hieu hilario hilary hilda hiroshi hoa hoang
    hortencia houa hovik hovsep howard hrant hripsime hubert hugo humberto huong hussein huy huyen ian ibrahim
    idalia iesha ifeoma ignacia ignacio igor ihor iman imani imelda inderjit ines ingrid inna irene irina iris
    irma irving iryna isaac isabel isabella isaiah isaias isela isidro isla ismael itzayana itzel ivan ivanna
    ivette ivonne jabari jackie jacob jacqueline jada jagdeep jagjit jahmal jaime jairo jakayla jalen jamal
    jamar james jamie jamila janae jane janelle janet janeth janice janine jaquan jaquelin jared jarvis jasbir
    jasleen jasmine jason jaspreet jaswinder javier jayden jayla jazmin jeanette jeanie jeanne jeannie jeff
    jeffrey jejomar jenna jennifer jenny jennyfer jeremiah jeremy jermaine jerome jerry jesse jessica jesus jhun
    jill jim jimmy jiyoung jo joan joanna joaquin jocelyn jodi jody joe joel joginder john johnny jolene jonas
    jonathan jordan jorge jose josefina joselyn joseph josephine josh joshua josie jovelyn jovita joyce juan
    juana juanita judith judy julia julian juliana julie juliet julio justin justine juventino kachina kaitlyn
    kalani kalia kamaljit kamari kao kaonou kara karamjit karely karen kari karina karine karla karo kate
    katelyn kateryna katherine kathleen kathryn kathy katie katrina katya kaur kaveh kavita kaye kayla kaylee
    kazoua keandre keiko keisha keith kekoa kelly ken kendra kenji kenneth keoni kerri kerry kevin kevork keyana
    khachik khadija khalid khanh khoa khoi khrystyna kiana kiara kierra kieu kim kimberly knarik kofi kostya kou
    kristen kristi kristin kristina kristine krystal kseniya kuldeep kulwinder kunthea kurt kwame kyle lacey
    lakeisha lakesha lakhwinder lakshmi lanh laquisha larisa larry larysa lashawn lashonda latanya latasha
    latisha latoya latrice laura lauren laurie lavonte lawanda layla lazaro leah leanne lee leila leilani lena
    leobardo leona leonard leonardo leonel leonid leopoldo leroy leslie lester leticia levon liam librado lidia
    ligaya lila liliana lilit lillian lily linda lindsay lindsey linh lionel lisa liudmyla lizbeth lizeth lloyd
    logan lorena lorenzo loretta lori lorraine lorri louis louise lourdes lucas lucia luciana lucila lucille
    lucy ludmila luis luisa luke luningning lupe lupita lusine luz luzviminda lydia lyle lynn lyubov lyudmila
    mabel mable macario mackenzie madison magali magdalena maggie mahmoud mai mailee maite maizoua majid makara
    makoa maksim maksym malcolm malena malik mallory mandeep mandi mandy maninder manjit manpreet manuel
    marcella marcia marcos marcus marcy margaret margarita maria mariam marian mariana marianne maribel maricel
    maricela marichka maricruz marie mariela mariko marilou marilyn marina mario marion marisela marisol marissa
    marites maritza marjorie marlen marlene marlon marquis marquita marsha marta martha martin martina marty
    marvin mary maryam mason masoud mateo mathew matthew mattie maureen maurice maximiliano maxine maya mayra
    meera megan mehdi mehran mei melanie melinda melissa melvin mher micaela micah michael michelle mickey
    miguel mike mikhail mildred mindy minerva minh minhthu minjun mireya miriam misael mohamed mohammed moises
    molly monae monica monique monserrat moua muriel mustafa mykhailo mykola mylene myra myrna nacho nadezhda
    nadia nadira nadiya najib nakia nakoma nalani nancy nanette naoki naomi narek narine nasrin nasser natalia
    natalie nataliya natalya natasha nathan natividad navdeep navjot navneet nayeli nazeli neftali neil nellie
    neng nenita nereida nestor nettie nga ngan nghia ngoc ngozi nguyen nguyet nhan nhi nhia nhung nichelle
    nicholas nicolas nicole nidia nikita nikolai nina nisha nkechi noah noe noelia noelle noemi nohemi nokomis
    nolan nora noreen norma nune oanh obinna octavio odalys ofelia oksana oleg oleh oleksandr oleksiy olena olga
    olha olivia ollie oluwaseun omar omid oralia oscar osiel osvaldo otilia owen pa pablo paco padma pahoua paj
    palmira pam pamela pancho panyia parisa parminder parviz patricia patricio patrick patti patty paul paula
    pauline pavel pavlo pedro penelope pepe percy perla peter petro phally phil philip phillip phoebe phoua phuc
    phuoc phuong phyllis pooja porfirio prabhjot prakash priscilla priya priyanka pualani qasim quang quentin
    quetzalli quincy quinn quoc quyen quynh rachel rafael raffi raheem rahim rahima raisa rajesh rajinder rakesh
    ralph ramandeep ramesh ramiro ramon ramona randall randy ranjit raquel rashad rasheed rashida rathana raul
    ravi rebeca rebecca rebekah reggie regina reginald rene reymundo reyna reynaldo reza rhodora rhonda ricardo
    richard rick ricky rigoberta rigoberto rita robbie robert roberta roberto rocio rodel roderick rodney
    rodolfo rodrigo rogelio roger rolando romulo ron ronald ronnie rosalba rosalia rosalie rosalinda rosanne
    rosario rosaura rosendo roshonda rosie roslyn ross rostislav rowena roxana roxanne roya ruben ruby ruperto
    rupinder ruslan russell ruth ruzanna ryan ryder sabrina sade saeed sakura sally salma sam samantha samira
    sammy samuel sandeep sandra sanjay sara sarah sarai sarkis satnam saturnino satwinder saul savannah scott
    scotty sean sebastian sefo selam selena serafin sergei sergey sergio serhiy seth sevag shabnam shahin shane
    shanelle shanice shaniqua shaniya shannon shante shanti shaquille shari sharon sharonda shawanda shawn
    shawna shayla sheila shelby sheldon shelley shelly sheng sheniqua sheri sherika sherri sherry sheryl shirin
    shirley shoshana shushan sidney silvestre silvia silvio simran singh sione siranush skylar sofia sohrab
    sokha soledad sonia sophal sophea sopheap sophia soraya srey sreymom stacey stacy stanislav stanley stella
    stepan stephanie stephen steve steven stuart sukhdeep sukhjit sukhwinder sunita suong suresh surinder susan
    susana suzanne suzette svetlana svitlana sylvester sylvia tabatha tabitha takashi takoda taline talulah
    tamara tamia tamika tammie tammy tanesha tania tanisha tanya tara taras tariq tasha tatev tatiana tavita
    tawana tayanita tayshaun tejinder tekle tenisha teresa teri terrance terrell terrence terri terry tesfaye
    tetiana tetyana thanh thao thavy theodore theresa thinh thomas thuan thuong thuy tiana tiffani tiffany
    tigist tigran tim timmy timothy tina toan todd tom tomas tomasa tommy tomoko toni tony tonya toua toya tracy
    tran travis travon trayvon tremaine trevor tricia trina trinh trinidad trisha trudy tuan tuyen tuyet txong
    tyesha tyler tyree tyrell tyrese tyrone ubaldo ulises uriel ursula usha uyen vadim vadym vaea vahan vahe
    vahram valentin valentina valentyna valeria valerie valery vanessa vang vardan vartan vasily vasyl vazgen
    veasna verna vernon veronica veronika vianey vicente vicki vickie vijay vikram viktor viktoriya vincent vinh
    virgil virgilio virginia viridiana vitaliy vitaly vivian viviana vladimir volodymyr vuthy vyacheslav wallace
    walter wanda warren wenceslao wendy wesley whitney wilbur wilfredo william wilma wilmer winifred winona
    xavier xee xeng xiaoming ximena xiomara xiong xochitl xuan yadira yajaira yang yared yareli yaretzi yaroslav
    yasmin yazmin yekaterina yelena yeng yesenia yesica yessenia yevgeniy yia yoko yolanda yoselin youa yuki
    yulia yuliana yuliya yumiko yuri yuridia yuriy yusuf yvette yvonne zabel zachary zack zahra zainab zaira
    zane zaria zaruhi zaven zaynab zenaida zhanna zoe zohra zoua zoya zulema
""")

# For the ones who type without capitals. Towns and everyday words are left out.
LAST_NAMES = word_set("""
    aguilar aguirre alvarado alvarez arellano avila ayala barajas barrera bautista becerra benitez bondarenko
    brar camacho cardenas carrillo castaneda castillo castro cervantes chang chavez cheng cisneros contreras
    cordova cortez dang delgado dhaliwal dhillon diaz dizon dominguez escobar espinoza estrada fernandez
    figueroa fuentes galindo gallegos garcia gill godinez gomez gonzales gonzalez grewal grigoryan guerrero
    gutierrez guzman hakobyan harutyunyan hernandez herrera huerta huynh ibarra ivanov jimenez johnson juarez
    kovalenko lopez lozano macias magana maldonado manalo martinez mejia melendez mendez mendoza meza montoya
    morales moreno munoz murillo navarro nunez ochoa olivares orozco ortega ortiz pacheco padilla palacios
    pangilinan pena peralta perez petrosyan petrov pham phan quintero ramirez rangel renteria reyes rios rivas
    rivera robinson robles rodriguez rojas romero rosales ruiz salas salazar sanchez sandhu sandoval santana
    sargsyan serrano shevchenko sidhu solis solorzano sotelo soto suarez tapia tejeda thompson torres trejo
    trujillo truong valdez valenzuela vargas vasquez vazquez velasco velasquez villanueva villarreal williams
    zamora zaragoza zavala zepeda zuniga
""")

# First names that are also everyday words, in English or Spanish: they count only when capitalised inside a sentence
# or beside a kin word.
AMBIGUOUS_NAMES = word_set("""
    alma amado amparo angel april art august austin autumn bao bill brandy brisa cameron candelaria carmel carol
    chad chance charity charlie chase cheyenne chuck clara concepcion conrad consuelo corazon cruz crystal
    dakota dale dallas dao dara dawn dean destiny dixie dolores drew dulce dung earl earnest ebony ella
    esperanza eve faith fe fetu flor florence frank franklin gail gene genesis georgia german ginger glen grace
    grant hazel holly homer hope jack jackson jan jean joy june kaya kenya kirk lagi lana lance leon leonor
    lewis lluvia loan lucero malia mane marco mark may mele mercedes mercy mia miles mitchell mona morgan
    narciso nelson nia nick norman olive orlando otis pang pascual pat paz pearl penny perry petra pilar
    precious preston raven ray refugio reina rich riley robin rocky roland roman rosa rose rosemary roy rudy
    rusty salvador santiago seng sequoia sia silva socorro sona spencer sue summer sydney taylor ted thi tien
    toby trang trinity trong truc trung tui vera victor victoria violet wayne will willie xia yana ying
""")

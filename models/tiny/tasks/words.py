"""Names and words for the tasks: real ones in pools, and made-up ones without end."""

from __future__ import annotations

from models.tiny.tasks.base import Draw

__all__ = [
    "CITIES",
    "COLORS",
    "COUNTRIES",
    "DAYS",
    "FIRST_NAMES",
    "MONTHS",
    "SURNAMES",
    "THINGS",
    "activity",
    "date",
    "foreign",
    "iso_date",
    "name",
    "person",
    "phrases",
    "place",
    "pseudo_word",
    "thing",
    "time",
]


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text that has | between them, however it is broken into lines."""
    return tuple(" ".join(phrase.split()) for phrase in text.split("|"))


FIRST_NAMES = """
    Anna Ben Clara David Elena Felix Grace Henry Irene Jack Karen Leo Maria Noah Olivia Paul Quentin Rosa Sam Tina
    Ursula Victor Wendy Xavier Yara Zoe Ahmed Bianca Carlos Diana Emil Fatima George Hannah Ivan Julia Kofi Laura Mateo
    Nina Oscar Petra Rahul Sofia Thomas Uma Vera Walter Yusuf Amelia Boris Chloe Daniel Esther Frank Gina Hugo Ingrid
    James Kira Liam Mona Nils Omar Priya Ralph Sara Tom Vince Alice Bob Camila Dora Eric Fiona Gustav Helen Isaac Joan
    Kevin Lily Mark Nora Otto Pia Ruth Simon Tara Ulrich Viola Wade Yoko Zane Peter Lisa Mike Emma John Mary Robert
    Linda Susan Aaron Abigail Adam Adele Adrian Aisha Akira Alan Albert Alejandro Alex Alexander Alexandra Alfred Ali
    Alicia Alina Alma Amanda Amir Amy Ana Anders Andrea Andrew Andy Angela Anita Anke Annika Anthony Antonio Ariel Arjun
    Arnold Arthur Astrid Audrey Ayse Barbara Barry Beatrice Bella Benjamin Bernd Beth Betty Bill Birgit Bjorn Bogdan
    Brad Brenda Brian Bruno Caleb Carla Carmen Caroline Catherine Cecilia Charles Charlotte Chris Christina Christopher
    Cindy Claire Claudia Colin Connor Cora Craig Cynthia Damian Dan Danielle Dario Darren Dave Deborah Denise Dennis
    Derek Diego Dmitri Dominic Donald Donna Doris Dorothy Douglas Dylan Edgar Edith Eduardo Edward Eileen Elaine Eleanor
    Elias Elizabeth Ella Ellen Elliot Eloise Elsa Enrique Erik Erika Ernest Eva Evelyn Farah Fernando Finn Florian
    Francesca Francis Franz Freddie Frida Gabriel Gareth Gary Gerald Giovanni Gloria Gordon Graham Greg Greta Guido Gwen
    Hamid Hans Harold Harry Hassan Heather Heidi Hector Heike Heinz Hilda Hiroshi Holly Howard Ian Ibrahim Ida Ines Iris
    Isabel Isla Ismail Jacob Jacqueline Jamal Jan Jane Janet Jason Jasmine Javier Jean Jeff Jennifer Jeremy Jerry
    Jessica Jill Jim Joanna Joel Johan Jonas Jonathan Jorge Jose Joseph Josephine Joshua Joyce Juan Judith Julian Julie
    Jurgen Justin Kamal Karin Karl Kate Katherine Keith Kelly Ken Kenji Kim Klaus Kristen Kurt Lars Larry Lauren Lena
    Leonard Leonie Leila Lewis Lorenzo Lotte Louis Louise Lucas Lucia Lucy Luis Luke Lydia Magda Mahmoud Malcolm Marco
    Margaret Marie Marina Mario Marion Marta Martha Martin Matilda Matthew Maurice Max Megan Melissa Mei Michael
    Michelle Miguel Milan Miriam Mohammed Monica Morten Nadia Naomi Natalie Nathan Neil Nelson Nicholas Nicole Nigel
    Nikolai Norman Odette Olga Oliver Omid Orla Oskar Owen Pablo Pamela Patricia Patrick Paula Pauline Pavel Pedro
    Penelope Philip Phoebe Pierre Rachel Rafael Raj Ramona Raymond Rebecca Regina Rene Ricardo Richard Rita Roberto
    Robin Roger Roland Roman Ronald Rosemary Roy Ruby Rudolf Russell Ryan Sabine Samira Samuel Sandra Sanjay Sarah
    Scarlett Sean Sebastian Selma Sergio Shannon Sharon Sheila Shirley Sigrid Silvia Simone Sonja Sophie Stan Stefan
    Stella Stephen Steve Stuart Sunita Suzanne Sven Sylvia Tamara Tariq Tatiana Ted Teresa Theo Theresa Tim Timothy
    Tobias Todd Tony Tracy Trevor Tyler Valentina Valerie Vanessa Veronica Vikram Vincent Violet Vladimir Wanda Wayne
    Wilfred William Winston Wolfgang Xenia Yasmin Yolanda Yuki Yvonne Zara Zelda Zoltan
""".split()

SURNAMES = """
    Smith Jones Taylor Brown Davies Evans Wilson Johnson Roberts Walker Wright Robinson Thompson White Hughes Edwards
    Green Hall Wood Harris Lewis Martin Jackson Clarke Turner Hill Scott Cooper Morris Ward Moore King Watson Baker
    Morgan Kelly Bell Lee Murphy Garcia Silva Rossi Weber Fischer Novak Kowalski Andersson Nielsen Haas Dubois Laurent
    Moreau Bernard Tanaka Suzuki Sato Kim Park Chen Wang Singh Patel Khan Okafor Mensah Diallo Costa Pereira Lopez Ramos
    Ortiz Vega Ferrari Conti Ricci Gallo Meyer Wagner Becker Schulz Hoffmann Koch Bauer Klein Wolf Lang Stone Rivers
    Morrone DiCaprio Abbott Abe Adams Adler Ahmed Albrecht Alexander Ali Allen Almeida Alonso Alvarez Anderson Andrews
    Angelo Aoki Archer Armstrong Arnold Ashton Austin Bach Bailey Bakker Baldwin Banerjee Barber Barker Barnes Barrett
    Barros Bates Baumann Beck Bellini Bennett Berg Bergman Berry Bianchi Bishop Black Blanc Bondar Boone Bosch Bowman
    Boyd Bradley Brandt Braun Bridges Brooks Bruno Bryant Burke Burns Burton Bush Butler Byrne Caldwell Campbell Cannon
    Carlson Carpenter Carr Carter Castillo Castro Chambers Chandra Chapman Chavez Cheng Choi Christensen Chung Clark
    Clausen Cohen Cole Coleman Collins Contreras Cook Corbett Cox Craig Crawford Cruz Cunningham Curtis Dahl Daniels
    Davidson Davis Dawson Dean Delgado Demir Desai Diaz Dixon Dolan Doyle Drake Duarte Duncan Dunn Duran Eaton Eder
    Elliott Ellis Eriksen Espinoza Estrada Farrell Ferguson Fernandez Field Finch Fleming Fletcher Flores Flynn Ford
    Foster Fowler Fox Francis Franke Franklin Fraser Frost Fuchs Fuentes Fujita Fuller Gardner Garner Geiger George
    Gibbs Gibson Gilbert Gill Gomez Gonzalez Goodman Gordon Graf Graham Grant Gray Greco Griffin Gross Gruber Guerra
    Gupta Gustafsson Gutierrez Guzman Hahn Hale Hamilton Hansen Hanson Harper Harrison Hart Hartmann Harvey Hassan
    Hayashi Hayes Heller Henderson Henry Herman Hernandez Herrera Herzog Hicks Higgins Hoffman Holland Holm Holmes Holt
    Hopkins Horn Horvat Howard Howell Huang Huber Hudson Hunt Hunter Hussain Ibarra Ingram Ito Ivanov Jacobs James
    Jansen Jenkins Jensen Jimenez Johansson Johnston Jordan Joshi Juarez Jung Kaiser Kaplan Kapoor Kato Kaufmann Keller
    Kennedy Kent Kerr Knight Knox Kobayashi Kramer Kraus Krueger Kruse Kumar Lambert Lange Larsen Larson Lawrence Lawson
    Leclerc Lehmann Leroy Lind Lindberg Lloyd Logan Lombardi Long Lorenz Lowe Lucas Ludwig Lund Lynch Maier Malik
    Mancini Marino Marsh Marshall Martinez Mason Matsumoto Matthews Mayer McDonald Medina Mehta Mendes Mendez Mendoza
    Michaels Miller Mills Mitchell Mohamed Molina Monroe Montgomery Morales Moreno Mori Moser Mueller Munoz Murray Myers
    Nagy Nair Nakamura Nash Navarro Nelson Neumann Newman Nguyen Nichols Nielson Nolan Norris Nunez O'Brien O'Connor
    O'Donnell Oliver Olsen Olson Ortega Osborne Owens Pacheco Padilla Page Palmer Parker Parsons Patterson Payne Pearson
    Pena Perez Perkins Perry Peters Petersen Peterson Petrov Pham Phillips Pierce Popov Porter Powell Price Quinn Rahman
    Ramirez Rao Rasmussen Reed Reid Reyes Reynolds Rice Richards Richter Riley Rios Rivera Rocha Rodriguez Rogers Roman
    Romero Rose Ross Roth Rowe Ruiz Russell Russo Ryan Saito Salazar Sanchez Sanders Sandoval Santos Sasaki Sauer
    Schmidt Schneider Schroeder Schwarz Seidel Serrano Shah Shapiro Sharma Shaw Sherman Simmons Simpson Sims Skinner
    Snow Snyder Soto Spencer Stein Stephens Stevens Stewart Strand Strauss Sullivan Sun Sutton Svensson Swanson
    Takahashi Tan Terry Thomas Thomsen Thornton Toivonen Torres Tran Tucker Tyler Underwood Valdez Vargas Vasquez Vaughn
    Vogel Vogt Wallace Walsh Walters Walton Warner Warren Watanabe Watts Weaver Webb Webster Weiss Wells Werner West
    Wheeler Wilkins Williams Willis Winkler Winter Wolfe Woods Wu Yamada Yang Yates Yilmaz Yoshida Young Yu Zamora Zhang
    Zhao Zhou Ziegler Zimmermann
""".split()

COUNTRIES = """
    France Germany Italy Spain Portugal Norway Sweden Finland Denmark Iceland Ireland Poland Austria Hungary Greece
    Turkey Egypt Morocco Kenya Nigeria Ghana Ethiopia Brazil Argentina Chile Peru Colombia Mexico Canada Japan China
    India Thailand Vietnam Indonesia Malaysia Australia Belgium Switzerland Croatia Serbia Romania Bulgaria Ukraine
    Estonia Latvia Lithuania Cuba Jamaica Panama Bolivia Uruguay Paraguay Ecuador Nepal Mongolia Pakistan Bangladesh
    Iran Iraq Jordan Israel Lebanon Qatar Oman Tunisia Algeria Libya Sudan Uganda Tanzania Zambia Angola Senegal
    Mali Niger Chad Madagascar
""".split()

CITIES = """
    Paris London Berlin Madrid Rome Lisbon Oslo Stockholm Helsinki Copenhagen Dublin Warsaw Vienna Budapest Athens
    Istanbul Cairo Nairobi Lagos Accra Boston Chicago Denver Seattle Houston Dallas Miami Toronto Montreal Vancouver
    Lima Bogota Santiago Quito Havana Tokyo Osaka Kyoto Seoul Beijing Shanghai Delhi Mumbai Bangkok Hanoi Jakarta Sydney
    Melbourne Perth Auckland Brussels Amsterdam Rotterdam Geneva Zurich Munich Hamburg Cologne Lyon Marseille Nice Milan
    Naples Turin Venice Florence Seville Valencia Porto Prague Krakow Riga Tallinn Vilnius Kyiv Sofia Zagreb Belgrade
    Leeds Bristol York Aberdeen Abuja Adelaide Algiers Alicante Almaty Ankara Antwerp Atlanta Austin Baghdad Baku
    Baltimore Bangalore Barcelona Basel Bath Beirut Belfast Bergen Bern Bilbao Birmingham Bologna Bonn Bordeaux
    Bratislava Bremen Brisbane Bruges Bucharest Calgary Cambridge Canberra Canterbury Cardiff Chennai Cincinnati
    Cleveland Cork Cracow Dakar Damascus Darwin Detroit Doha Dortmund Dresden Dubai Dundee Durban Edinburgh Essen Exeter
    Frankfurt Gdansk Genoa Ghent Girona Glasgow Gothenburg Granada Graz Guadalajara Halifax Harare Hobart Honolulu
    Hyderabad Innsbruck Izmir Johannesburg Kampala Karachi Kathmandu Khartoum Kingston Kolkata Lahore Lausanne Leicester
    Leipzig Lille Linz Liverpool Ljubljana Lucerne Lusaka Luxembourg Maastricht Malaga Malmo Manchester Manila Maputo
    Marrakesh Medellin Memphis Minneapolis Minsk Monaco Montevideo Moscow Nagoya Nantes Nashville Newcastle Nicosia
    Norwich Nottingham Nuremberg Odense Orlando Ottawa Oxford Padua Palermo Panama Parma Philadelphia Phoenix Pisa
    Pittsburgh Plymouth Portland Portsmouth Potsdam Pretoria Quebec Ravenna Reykjavik Rabat Riyadh Rostock Salzburg
    Samara Sapporo Sarajevo Sheffield Singapore Skopje Southampton Stavanger Strasbourg Stuttgart Tampa Tampere Tangier
    Tbilisi Tehran Thessaloniki Toledo Toulouse Trieste Tripoli Trondheim Tunis Turku Uppsala Utrecht Verona Vladivostok
    Warwick Washington Wellington Winnipeg Wroclaw Yerevan Yokohama
""".split()

THINGS = phrases("""
    red cat| blue bird| old castle| green frog| snowy mountain| small boat| white horse| yellow flower| steam train|
    wooden bridge| sunny beach| rainy street| tall tree| sleeping dog| fast car| stone tower| paper plane| glass bottle|
    silver ring| brown bear| purple fox| golden sunset| space ship| apple pie| chocolate cake| black swan| dancing
    robot| flying fish| desert camel| ice palace| rain forest| red panda| hot air balloon| northern lights| city at
    night| lighthouse| volcano| waterfall| windmill| zebra| penguin| dolphin| tiger| owl| elephant| violin| piano|
    bicycle| sailing ship| garden| pumpkin| dragon| unicorn| astronaut| knight| vintage radio| teapot| street market|
    farm house| coral reef| autumn leaves| mountain lake| pirate| snowman| butterfly| peacock| kangaroo| turtle| fire
    truck| rocket| cactus| sunflower| bowl of soup| chess board| rose| wolf| eagle| rabbit| tulip field| gray mouse|
    pink flamingo| wise old man| little girl with a balloon| boy on a bike| cup of coffee| glass of milk| bowl of
    cherries| basket of apples| plate of pasta| loaf of bread| birthday cake| wedding dress| red shoes| straw hat|
    leather bag| pocket watch| oil lamp| candle| campfire| fireplace| wooden cabin| tree house| sand castle| ruined
    temple| stone bridge| train station| airport at night| harbor| fishing boat| submarine| hot spring| glacier| canyon|
    rice field| vineyard| olive tree| cherry blossom| bamboo forest| foggy swamp| starry sky| full moon| solar eclipse|
    comet| black hole| alien city| flying saucer| giant robot| old typewriter| broken mirror| treasure chest| magic
    wand| crystal ball| witch| wizard| mermaid| vampire| ghost ship| haunted house| samurai| viking| cowboy| ballerina|
    clown| chef| fisherman| blacksmith| jazz band| grand piano| electric guitar| trumpet| harp| carousel| ferris wheel|
    roller coaster| ice rink| football stadium| tennis court| race track| motorcycle| tractor| tram| double decker bus|
    taxi in the rain| hedgehog| squirrel| raccoon| otter| seal| whale| shark| octopus| jellyfish| crab| frog prince|
    parrot| hummingbird| raven| swan lake| goose| rooster| goat| sheep| donkey| moose| reindeer| polar bear| koala|
    sloth
""")

ACTIVITIES = phrases("""
    lunch| dinner| breakfast| meeting| yoga class| dentist appointment| piano lesson| team call| birthday party|
    haircut| football game| book club| job interview| doctor visit| movie night| project review| coffee| gym session|
    parent evening| concert| budget review| sales call| weekly report| wedding| graduation| house cleaning| car service|
    swimming lesson| board meeting| picnic| choir practice| guitar lesson| vet appointment| video call| product launch|
    staff training| brunch| museum trip| chess match| tennis match| garden work| phone call| exam| workshop| dance
    class| family dinner| status update| planning session| morning run| evening walk| pottery class| cooking class|
    language exchange| eye test| dental cleaning| blood test| flu shot| school play| bake sale| garage sale| fire drill|
    town hall| all hands| standup| sprint planning| code review| design review| kickoff| retrospective| lunch with the
    team| farewell party| housewarming| baby shower| anniversary dinner| wine tasting| poker night| karaoke| game night|
    bowling| hiking trip| camping trip| ski trip| road trip| beach day| boat tour| city tour| opera| ballet| theater|
    art class| drawing lesson| violin lesson| drum lesson| singing lesson| rehearsal| sound check| press conference|
    photo shoot| fitting| haircut for the kids| piano tuning| window cleaning| oil change| tire change| car inspection|
    flat viewing| house viewing| moving day| tax appointment| bank appointment| notary appointment| client call| client
    meeting| investor meeting| performance review| salary talk| team lunch| team building| onboarding| training session|
    webinar| lecture| seminar| study group| math exam| driving test| driving lesson| parent meeting| blood donation|
    physiotherapy| massage| checkup| surgery| barbecue| street party| flea market| charity run| marathon| cup final|
    rugby match| hockey game| chess club| choir| spanish course| first aid course| safety training| inventory| delivery
    of the sofa| plumber visit| electrician visit
""")

COLORS = ("red", "blue", "green", "yellow", "black", "white", "orange", "purple", "pink", "brown", "gray")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_ONSETS = (
    "b c d f g h j k l m n p r s t v w z br ch cl cr dr fl fr gl gr kl kr pl pr qu sh sk sl sn sp st th tr tw".split()
)
_NUCLEI = "a e i o u a e i o u ai ea ee ia io oa oo ou au".split()
_CODAS = ["", "", "", "", "n", "r", "l", "s", "t", "m", "x", "nd", "rn", "st", "ck", "sh", "th", "ng", "lt"]


def pseudo_word(draw: Draw, syllables: int | None = None) -> str:
    """A word that means nothing, in lower case."""
    while True:
        count = syllables or draw.pick((2, 2, 2, 3))
        word = "".join(draw.pick(_ONSETS) + draw.pick(_NUCLEI) for _ in range(count)) + draw.pick(_CODAS)
        if draw.mine(word):
            return word


_SCRIPTS = (
    "абвгдежзиклмнопрстуфхцчшя",
    "αβγδεζηθικλμνξοπρτυφχψω",
    "王李张刘陈杨黄林高山川中大小天明光海花月星市東京北南西",
    "あかさたなはまやらいきしちにひみりうくすつ",
    "àáâäåçèéêëìíîïñòóôöøùúûüýæœß",
    "가나다라마바사아자차카타파하",
)


_WHOLE_SCRIPTS = ((0x4E00, 0x9FA5), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x3041, 0x3096), (0x30A1, 0x30FA),
                  (0x0430, 0x045F), (0x03B1, 0x03C9), (0x05D0, 0x05EA), (0x0621, 0x063A), (0x0E01, 0x0E2E),
                  (0x0905, 0x0939), (0x10D0, 0x10F0), (0x0561, 0x0586))  # fmt: skip


_MATTERS = tuple(
    "piano chess tax garden budget painting history sailing pasta robot silk rocket family summer winter city river "
    "safety design music language cooking data poetry travel science market music morning street school bike".split()
)
_KINDS = tuple(
    "class lesson meeting review interview party trip club course visit game call session talk exam day fair "
    "appointment appointment practice dinner lunch training check workshop".split()
)


def activity(draw: Draw) -> str:
    """What stands in a calendar: one of the common ones, or any matter with any kind of event."""
    if draw.chance(0.6):
        return draw.word(ACTIVITIES)
    while True:
        text = f"{draw.pick(_MATTERS) if draw.chance(0.7) else pseudo_word(draw)} {draw.pick(_KINDS)}"
        if draw.mine(text):
            return text


def foreign(draw: Draw, rare: float = 0.25) -> str:
    """A made-up name that is not written in plain Latin letters; ``rare``: how often in letters without a piece."""
    while True:
        script: str = draw.pick(_SCRIPTS)
        letters = draw.rng.randint(2, 5)
        if draw.chance(rare):
            first, last = draw.pick(_WHOLE_SCRIPTS)
            script = "".join(chr(draw.rng.randint(first, last)) for _ in range(letters))
        word = "".join(draw.pick(script) for _ in range(letters))
        if "é" in script:
            word = pseudo_word(draw, 1) + word[:1] + pseudo_word(draw, 1)
        if draw.mine(word):
            return word


def name(draw: Draw) -> str:
    """A proper name of any kind, made up."""
    return foreign(draw) if draw.chance(0.07) else pseudo_word(draw).capitalize()


def person(draw: Draw) -> str:
    """A person: a real first name or a made-up one, often with a surname."""
    first = draw.word(FIRST_NAMES) if draw.chance(0.6) else name(draw)
    if draw.chance(0.4):
        return first
    return f"{first} {draw.word(SURNAMES) if draw.chance(0.5) else name(draw)}"


def place(draw: Draw) -> str:
    """A city or country, or a made-up one, now and then of two words."""
    roll = draw.rng.random()
    if roll < 0.35:
        return draw.word(CITIES)
    if roll < 0.6:
        return draw.word(COUNTRIES)
    made_up = name(draw)
    return f"{draw.pick(('New', 'North', 'South', 'Saint', 'Port', 'Lake'))} {made_up}" if roll > 0.92 else made_up


def thing(draw: Draw) -> str:
    """Something that can be seen in a picture."""
    return draw.word(THINGS) if draw.chance(0.7) else f"{draw.pick(COLORS)} {pseudo_word(draw)}"


def date(draw: Draw) -> str:
    """A day as people write it."""
    roll = draw.rng.random()
    if roll < 0.35:
        return draw.pick(DAYS)
    if roll < 0.42:
        return draw.pick(("tomorrow", "today", "next Monday", "next Friday", "next Tuesday"))
    if roll < 0.62:
        return f"{draw.pick(MONTHS)} {draw.rng.randint(1, 28)}"
    if roll < 0.75:
        return f"{draw.rng.randint(1, 28)} {draw.pick(MONTHS)}"
    return iso_date(draw)


def iso_date(draw: Draw) -> str:
    """A day as computers write it."""
    return f"20{draw.rng.randint(20, 39)}-{draw.rng.randint(1, 12):02d}-{draw.rng.randint(1, 28):02d}"


def time(draw: Draw) -> str:
    """A time of day as people write it."""
    hour, minute = draw.rng.randint(1, 12), draw.pick(("00", "15", "30", "45", "10", "20", "05", "50"))
    roll = draw.rng.random()
    if roll < 0.45:
        return f"{draw.rng.randint(6, 22)}:{minute}"
    if roll < 0.7:
        return f"{hour} {draw.pick(('am', 'pm'))}"
    if roll < 0.85:
        return f"{hour}{draw.pick(('am', 'pm'))}"
    return draw.pick(("noon", "midnight", f"{hour} o'clock", f"{hour}:{minute} pm"))

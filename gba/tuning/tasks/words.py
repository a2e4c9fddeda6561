"""Names and words for the tasks: real ones in pools, and made-up ones without end."""

from __future__ import annotations

from gba.tuning.tasks.base import Draw

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
    Ursula Victor Wendy Xavier Yara Zoe Ahmed Bianca Carlos Diana Emil Fatima George Hannah Ivan Julia Kofi Laura
    Mateo Nina Oscar Petra Rahul Sofia Thomas Uma Vera Walter Yusuf Amelia Boris Chloe Daniel Esther Frank Gina Hugo
    Ingrid James Kira Liam Mona Nils Omar Priya Ralph Sara Tom Vince Alice Bob Camila Dora Eric Fiona Gustav
    Helen Isaac Joan Kevin Lily Mark Nora Otto Pia Ruth Simon Tara Ulrich Viola Wade Yoko Zane Peter Lisa Mike Emma
    John Mary Robert Linda Susan
""".split()

SURNAMES = """
    Smith Jones Taylor Brown Davies Evans Wilson Johnson Roberts Walker Wright Robinson Thompson White Hughes
    Edwards Green Hall Wood Harris Lewis Martin Jackson Clarke Turner Hill Scott Cooper Morris Ward Moore King
    Watson Baker Morgan Kelly Bell Lee Murphy Garcia Silva Rossi Weber Fischer Novak Kowalski Andersson Nielsen Haas
    Dubois Laurent Moreau Bernard Tanaka Suzuki Sato Kim Park Chen Wang Singh Patel Khan Okafor Mensah Diallo Costa
    Pereira Lopez Ramos Ortiz Vega Ferrari Conti Ricci Gallo Meyer Wagner Becker Schulz Hoffmann Koch Bauer Klein
    Wolf Lang Stone Rivers Morrone DiCaprio
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
    Lima Bogota Santiago Quito Havana Tokyo Osaka Kyoto Seoul Beijing Shanghai Delhi Mumbai Bangkok Hanoi Jakarta
    Sydney Melbourne Perth Auckland Brussels Amsterdam Rotterdam Geneva Zurich Munich Hamburg Cologne Lyon Marseille
    Nice Milan Naples Turin Venice Florence Seville Valencia Porto Prague Krakow Riga Tallinn Vilnius Kyiv Sofia
    Zagreb Belgrade Leeds Bristol York
""".split()

THINGS = phrases("""
    red cat| blue bird| old castle| green frog| snowy mountain| small boat| white horse| yellow flower|
    steam train| wooden bridge| sunny beach| rainy street| tall tree| sleeping dog| fast car| stone tower|
    paper plane| glass bottle| silver ring| brown bear| purple fox| golden sunset| space ship| apple pie|
    chocolate cake| black swan| dancing robot| flying fish| desert camel| ice palace| rain forest| red panda|
    hot air balloon| northern lights| city at night| lighthouse| volcano| waterfall| windmill| zebra| penguin|
    dolphin| tiger| owl| elephant| violin| piano| bicycle| sailing ship| garden| pumpkin| dragon| unicorn|
    astronaut| knight| vintage radio| teapot| street market| farm house| coral reef| autumn leaves| mountain lake|
    pirate| snowman| butterfly| peacock| kangaroo| turtle| fire truck| rocket| cactus| sunflower| bowl of soup|
    chess board| rose| wolf| eagle| rabbit| tulip field
""")

ACTIVITIES = phrases("""
    lunch| dinner| breakfast| meeting| yoga class| dentist appointment| piano lesson| team call| birthday party|
    haircut| football game| book club| job interview| doctor visit| movie night| project review| coffee|
    gym session| parent evening| concert| budget review| sales call| weekly report| wedding| graduation|
    house cleaning| car service| swimming lesson| board meeting| picnic| choir practice| guitar lesson|
    vet appointment| video call| product launch| staff training| brunch| museum trip| chess match| tennis match|
    garden work| phone call| exam| workshop| dance class| family dinner| status update| planning session
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

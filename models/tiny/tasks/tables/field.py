"""Tools for farms, ships, mountains, stars, laboratories, sports, schools, stages, trains, planes and gardens."""

from __future__ import annotations

from models.tiny.tasks.base import Draw
from models.tiny.tasks.tables.slots import SIDE, Row, Slot, code, count, day, decimal, either, enum, item, of, topic
from models.tiny.tasks.toolbox import INTEGER, NUMBER
from models.tiny.tasks.words import COLORS, date, name, person, place, pseudo_word, time

__all__ = ["ROWS"]


def _photo(draw: Draw) -> str:
    return f"{pseudo_word(draw)}{draw.pick(('', f'_{draw.rng.randint(2, 99)}'))}.{draw.pick(('jpg', 'png', 'jpeg'))}"


def _kilos(draw: Draw) -> str:
    return f"{draw.rng.randint(2, 30)}{draw.pick(('', f'.{draw.rng.randint(1, 9)}'))}"


def _class(draw: Draw) -> str:
    return f"{draw.rng.randint(1, 12)}{draw.pick('ABCDE')}"


_BEAST = of("cow", "calf", "lamb", "goat", "pig", "bull", "sheep", "pony", "donkey")
_SPOT = of("camp", "tower", "castle", "school", "harbor", "beach", "bridge", "stadium", "fort")
_STUDY = of("botany", "algebra", "geology", "optics", "ethics", "zoology", "statistics", "anatomy")
_SHIP = Slot("ship vessel boat", name)
_SENSOR = Slot("sensor code sensor_id", code)
_TRAIN = Slot("train train_number code", code)
_AT = Slot("time at when", time, said=" at {}")
_ON = Slot("date day", day, said=" on {}")

ROWS: tuple[Row, ...] = (
    Row("fd_stall", "assign_stall stall put_in_stall animal_stall", "[Put an animal into a stall|Give an animal a "
     "stall in the barn]", "stall", "[<put {a} into stall {b}>|<give {a} stall {b} in the barn>|{a} should sleep in "
     "stall {b}.|Stall {b} is for {a}.|In the barn, {a} belongs in stall {b}.|I want the animal {a} to have stall "
     "{b}.]", (Slot("animal name which", name), Slot("stall number place", count(2, 80), INTEGER))),
    Row("fd_ear_tag", "tag_animal ear_tag set_ear_tag mark_animal", "[Mark an animal with an ear tag|Record the ear "
     "tag of an animal]", "ear tag", "[<put the ear tag {b} on the {a}>|<mark the {a} with the ear tag {b}>|The {a} "
     "gets the ear tag {b}.|The ear tag of the {a} is {b}.|I want the tag {b} in the ear of the {a}.|The {a} has no "
     "ear tag yet, give it {b}.]", (Slot("animal kind which", _BEAST), Slot("tag code ear_tag", code))),
    Row("fd_weight", "animal_weight weigh_animal get_weight how_heavy", "[Tell the weight of an animal on the farm|Get "
     "how heavy a farm animal is]", "=weight", "[How heavy is the {b} {a}?|What is the weight of the {b} {a}?|<check "
     "the weight of the {b} {a}>|How much does the {b} {a} weigh?|<get the weight of {a}, the {b}>|I wonder how heavy "
     "our {b} {a} is.]", (Slot("name animal_name animal", name), Slot("kind animal_kind species", _BEAST))),
    Row("fd_hive", "hive_honey check_hive honey_in_hive hive", "[Tell how much honey is in a hive|Check the honey of a "
     "bee hive]", "=honey", "[How much honey is in hive {a}?|<check how much honey hive {a} has>|Is there any honey in "
     "the bee hive {a}?|<look up the honey in hive {a}>|How much honey did the bees in hive {a} make?|I want to know "
     "how much honey hive {a} has.]", (Slot("hive number hive_number", count(2, 90), INTEGER),)),
    Row("fd_drop_anchor", "drop_anchor anchor_down let_anchor_down", "[Drop the anchor of a ship|Let the anchor of a "
     "ship down]", "anchor", "[<drop the anchor of the {a}{b}>|<let the anchor of the ship {a} down{b}>|The ship {a} "
     "should drop its anchor{b}.|I want the anchor of the {a} down{b}.|The {a} will stay here, so drop its anchor{b}.|"
     "Could the {a} drop the anchor{b}?]", (_SHIP, _AT)),
    Row("fd_lift_anchor", "lift_anchor raise_anchor anchor_up pull_up_anchor", "[Lift the anchor of a ship|Pull the "
     "anchor of a ship up]", "anchor", "[<lift the anchor of the {a}{b}>|<pull the anchor of the ship {a} up{b}>|The "
     "ship {a} should lift its anchor{b}.|I want the anchor of the {a} up{b}.|The {a} will sail on, so lift its "
     "anchor{b}.|Could the {a} lift the anchor{b}?]", (_SHIP, _AT)),
    Row("fd_berth", "assign_berth berth give_berth", "[Give a ship a berth in the port|Assign a ship to a berth]",
     "berth", "[<give the ship {a} berth {b}{c}>|<let the {a} lie at berth {b}{c}>|The ship {a} should have berth "
     "{b}{c}.|Berth {b} is for the ship {a}{c}.|The {a} comes into the port and needs berth {b}{c}.|At berth {b} I "
     "want {a}{c}.]", (_SHIP, Slot("berth place berth_code", code), Slot("until end", date, said=" until {}"))),
    Row("fd_cargo", "load_cargo load_ship cargo put_on_board", "[Load boxes on a ship|Put cargo on board of a ship]",
     "cargo", "[<load {a} boxes of {b} on the ship {c}>|<put {a} boxes of {b} on board of the {c}>|The ship {c} should "
     "carry {a} boxes of {b}.|The ship {c} takes {a} boxes of {b} on board.|On the ship {c} there should be {a} boxes "
     "of {b}.|Could the {c} take {a} boxes of {b} across the sea?]", (Slot("boxes count amount", count(2, 900),
      INTEGER), Slot("goods cargo what item", item), _SHIP)),
    Row("fd_captain", "ship_captain find_captain captain captain_of", "[Tell who the captain of a ship is|Find the "
     "captain of a ship]", "=captain", "[Who is the captain of the ship {a}?|<find the captain of the ship {a}>|<look "
     "up who the captain of the {a} is>|Which captain does the ship {a} have?|Who gives the orders on the ship {a}?|I "
     "need the name of the captain of the {a}.]", (_SHIP,)),
    Row("fd_high_tide", "high_tide next_high_tide high_water", "[Tell when the sea is highest at a place|Get the time "
     "of high tide]", "=time", "[When is high tide in {a}{b}?|<get the time of high tide in {a}{b}>|<look up the high "
     "tide for {a}{b}>|At what time is the sea highest in {a}{b}?|When will the water be at its highest point in "
     "{a}{b}?|I need to know when it is high tide in {a}{b}.]", (Slot("port place harbor", place), _ON)),
    Row("fd_low_tide", "low_tide next_low_tide low_water", "[Tell when the sea is lowest at a place|Get the time of "
     "low tide]", "=time", "[When is low tide in {a}{b}?|<get the time of low tide in {a}{b}>|<look up the low tide "
     "for {a}{b}>|At what time is the sea lowest in {a}{b}?|When will the water be at its lowest point in {a}{b}?|I "
     "need to know when it is low tide in {a}{b}.]", (Slot("port place harbor", place), _ON)),
    Row("fd_raise_flag", "raise_flag flag_up hoist_flag", "[Raise a flag|Pull a flag up on its pole]", "flag",
     "[<raise the {a} flag at the {b}>|<pull the {a} flag up at the {b}>|The {a} flag should go up at the {b}.|The {a} "
     "flag at the {b} is down and should be up.|At the {b} I want the {a} flag to be raised.|It is time for the {a} "
     "flag at the {b} to go up.]", (Slot("flag color which", of(*COLORS)), Slot("place where pole", _SPOT))),
    Row("fd_lower_flag", "lower_flag flag_down take_down_flag", "[Lower a flag|Take a flag down]", "flag",
     "[<lower the {a} flag at the {b}>|<take the {a} flag down at the {b}>|The {a} flag should come down at the {b}.|"
     "The {a} flag at the {b} is up and should be down.|At the {b} I want the {a} flag to be lowered.|It is time for "
     "the {a} flag at the {b} to come down.]", (Slot("flag color which", of(*COLORS)), Slot("place where pole",
      _SPOT))),
    Row("fd_lifeboat", "set_lifeboat lifeboat lifeboat_state mark_lifeboat", "[Record whether a lifeboat is ready|Set "
     "whether a lifeboat of the ship is ready]", "lifeboat", "[<set lifeboat {a} to {b}>|<mark lifeboat {a} as {b}>|"
     "<write down that lifeboat {a} is {b}>|Lifeboat {a} is {b}.|We looked at lifeboat {a} and it is {b}.|Lifeboat {a} "
     "should be marked as {b}.]", (Slot("lifeboat boat number", count(2, 40), INTEGER), either("ready", "not ready",
      "ready is_ready usable", "Whether it is ready."))),
    Row("fd_rudder", "turn_rudder rudder set_rudder steer", "[Turn the rudder of the ship|Set the rudder to some "
     "degrees on one side]", "rudder", "[<turn the rudder {a} degrees to {b}>|<put the rudder {a} degrees to {b}>|The "
     "rudder should be {a} degrees to {b}.|We need {a} degrees of rudder to {b}.|To {b} with the rudder, {a} degrees.|"
     "The ship has to turn to {b}, {a} degrees of rudder.]", (Slot("degrees angle", count(2, 35), INTEGER),
      Slot("side to_side which_side", *enum("port", "starboard")))),
    Row("fd_peak", "mountain_height peak_height height_of_mountain mountain_info", "[Tell how high a mountain is|Get "
     "the height of a mountain]", "=height", "[How high is Mount {a}?|What is the height of Mount {a}?|<look up the "
     "height of the mountain {a}>|How many meters high is the mountain {a}?|<find out how high Mount {a} is>|We want "
     "to climb Mount {a}, how high is it?]", (Slot("mountain peak name", name),)),
    Row("fd_avalanche", "avalanche_danger avalanche_level snow_danger avalanche_report", "[Tell the danger of "
     "avalanches in a region|Get the avalanche level]", "=danger", "[What is the avalanche danger in {a}{b}?|<check "
     "the danger of avalanches in {a}{b}>|How high is the avalanche level in {a}{b}?|Is there a danger of avalanches "
     "in {a}{b}?|Can we ski in {a}{b} without fear of avalanches?|<get the avalanche level for {a}{b}>]",
     (Slot("region place mountains", place), _ON)),
    Row("fd_hut", "reserve_hut book_hut hut_beds mountain_hut", "[Reserve beds in a mountain hut|Book beds in a hut "
     "for hikers]", "hut", "[<reserve {b} beds in the hut {a} for {c}>|<book {b} beds in the mountain hut {a} on {c}>|"
     "We need {b} beds in the hut {a} on {c}.|We are {b} hikers and want to sleep in the hut {a} on {c}.|On {c}, {b} "
     "people will come to the mountain hut {a}.|Does the hut {a} have {b} beds for us on {c}?]", (Slot("hut name which",
      name), Slot("beds people hikers", count(2, 30), INTEGER), Slot("date day night", day))),
    Row("fd_trail", "set_trail trail hiking_trail trail_state", "[Set whether a hiking trail is open|Open or close a "
     "trail for hikers]", "trail", "[<make sure the trail {a} is {b}>|<keep the hiking trail {a} {b}>|The trail {a} "
     "should be {b}.|Because of the snow, the trail {a} has to be {b}.|I want the {a} trail to be {b}.|From now on the "
     "hiking trail {a} is {b}.]", (Slot("trail name which", name), either("open", "closed", "open is_open opened"))),
    Row("fd_rescue", "mountain_rescue call_rescue rescue", "[Send the mountain rescue to people in danger|Call help "
     "for people on a mountain]", "rescue", "[<send the rescue team to {b} climbers on Mount {a}>|<call the mountain "
     "rescue for {b} people on Mount {a}>|{b} climbers on Mount {a} need help.|On Mount {a} there are {b} people who "
     "need the rescue team.|We have {b} hikers in danger on Mount {a}.|The rescue team should save {b} people on Mount "
     "{a}.]", (Slot("mountain where peak", name), Slot("people count climbers", count(2, 20), INTEGER))),
    Row("fd_star", "star_distance distance_to_star star", "[Tell how far away a star is|Get the distance to a star]",
     "=distance", "[How far away is the star {a}{b}?|What is the distance to the star {a}{b}?|<look up the distance to "
     "the star {a}{b}>|<find out how far away the star {a} is{b}>|Is the star {a} far away{b}?]",
     (Slot("star name object", name), Slot("unit in_unit", *enum("light years", "parsecs", "kilometers"),
      said=" in {}"))),
    Row("fd_sunrise", "sunrise sunrise_time get_sunrise sun_up", "[Tell when the sun rises at a place|Get the time of "
     "sunrise]", "=time", "[When does the sun rise in {a}{b}?|What is the time of sunrise in {a}{b}?|<look up the "
     "sunrise in {a}{b}>|<find out when the sun comes up in {a}{b}>|When can I see the sun come up in {a}{b}?|How "
     "early is the sunrise in {a}{b}?]", (Slot("place city where", place), _ON)),
    Row("fd_sunset", "sunset sunset_time get_sunset sun_down", "[Tell when the sun goes down at a place|Get the time "
     "of sunset]", "=time", "[When does the sun set in {a}{b}?|What is the time of sunset in {a}{b}?|<look up the "
     "sunset in {a}{b}>|<find out when the sun goes down in {a}{b}>|When can I see the sun go down in {a}{b}?|How late "
     "is the sunset in {a}{b}?]", (Slot("place city where", place), _ON)),
    Row("fd_eclipse", "next_eclipse eclipse find_eclipse eclipse_date", "[Tell when the next eclipse is seen at a "
     "place|Find the next eclipse]", "=date", "[When is the next {b} eclipse in {a}?|<find the next {b} eclipse in "
     "{a}>|On which day can we see a {b} eclipse in {a}?|<look up when {a} has its next {b} eclipse>|How long do we "
     "have to wait for a {b} eclipse in {a}?|I would love to see a {b} eclipse in {a}, when is the next one?]",
     (Slot("place city where", place), Slot("kind eclipse_type type", *enum("solar", "lunar")))),
    Row("fd_sample", "store_sample put_in_rack sample_rack", "[Store a sample in a rack of the laboratory|Put a sample "
     "into a rack]", "sample", "[<put sample {a} into rack {b}{c}>|<store the sample {a} in rack {b}{c}>|The sample "
     "{a} belongs in rack {b}{c}.|Rack {b} is the place for the sample {a}{c}.|I am done with sample {a}, put it into "
     "rack {b}{c}.]", (Slot("sample code sample_id", code), Slot("rack number where", count(2, 60), INTEGER),
      Slot("temperature degrees", count(2, 30), INTEGER, said=" at {} degrees"))),
    Row("fd_centrifuge", "spin_sample centrifuge run_centrifuge spin", "[Spin a sample in the centrifuge|Run the "
     "centrifuge with a sample]", "run", "[<spin the sample {a} for {b} minutes at {c} rpm>|<run the centrifuge at {c} "
     "rpm for {b} minutes with the sample {a}>|The sample {a} needs {b} minutes in the centrifuge at {c} rpm.|At {c} "
     "rpm, the sample {a} should spin for {b} minutes.|The centrifuge should run with {a} for {b} minutes at {c} rpm.|"
     "I want {a} in the centrifuge, {b} minutes at {c} rpm.]", (Slot("sample code tube", code),
      Slot("minutes duration time", count(2, 60), INTEGER), Slot("speed rpm", count(500, 9000), INTEGER))),
    Row("fd_ph", "measure_ph ph_value ph test_ph", "[Measure the pH of a sample|Tell the pH of a sample in the "
     "laboratory]", "=pH", "[What is the pH of the sample {a}?|<measure the pH of sample {a}>|Which pH does the sample "
     "{a} have?|How sour is the sample {a}?|<check the pH of {a}>|I need the pH of the sample {a}.]",
     (Slot("sample code sample_id", code),)),
    Row("fd_voltage", "measure_voltage voltage volts", "[Measure the voltage between two points|Tell the voltage "
     "between points]", "=voltage", "[What is the voltage between {a} and {b}?|<measure the voltage between {a} and "
     "{b}>|<measure the voltage from {a} to {b}>|How many volts are there between {a} and {b}?|Is there any voltage "
     "between {a} and {b}?|I need to know the volts from point {a} to point {b}.]", (Slot("first point_a start", code,
      about="One point."), Slot("second point_b end", code, about="The other point."))),
    Row("fd_sensor", "read_sensor sensor_value sensor get_reading", "[Read a sensor|Tell what a sensor shows]",
     "=reading", "[What does sensor {a} show?|<read the sensor {a}>|What is the value of sensor {a}?|<get the reading "
     "of sensor {a}>|Which value did sensor {a} measure?|I need the last value of sensor {a}.]", (_SENSOR,)),
    Row("fd_calibrate", "calibrate_sensor calibrate calibration adjust_sensor", "[Calibrate a sensor|Adjust a sensor "
     "to a value that is right]", "sensor", "[<calibrate the sensor {a} to {b}>|<adjust the sensor {a} to {b}>|The "
     "sensor {a} is wrong, calibrate it to {b}.|The sensor {a} should be calibrated to {b}.|With the value {b}, "
     "calibrate the sensor {a}.|The right value for the sensor {a} is {b}, so adjust it.]", (_SENSOR,
      Slot("value true_value reference", decimal, NUMBER))),
    Row("fd_interval", "set_interval sensor_interval measure_every measuring_interval", "[Set how often a sensor "
     "measures|Let a sensor measure every few minutes]", "setting", "[<let the sensor {a} measure every {b} minutes>|"
     "<set the interval of sensor {a} to {b} minutes>|The sensor {a} should measure every {b} minutes.|Every {b} "
     "minutes I want a value from the sensor {a}.|Sensor {a} measures too often, every {b} minutes is enough.|Could "
     "the sensor {a} send a value every {b} minutes?]", (_SENSOR, Slot("minutes interval every", count(2, 90),
      INTEGER))),
    Row("fd_rain", "rainfall get_rainfall rain_amount rain_gauge", "[Tell how much rain fell at a weather station|Get "
     "the rainfall of a day at a station]", "=rainfall", "[How much rain fell at the station {a} on {b}?|<get the "
     "rainfall at the station {a} on {b}>|<look up the rain that fell at station {a} on {b}>|How much did it rain at "
     "the station {a} on {b}?|On {b}, how much rain did the station {a} measure?|I need the rainfall of {b} from the "
     "weather station {a}.]", (Slot("station weather_station where", name), Slot("date day", day))),
    Row("fd_wind", "set_wind_warning wind_warning wind_limit storm_warning", "[Set the wind at which a station gives a "
     "warning|Have a weather station warn of strong wind]", "warning", "[<set the wind warning of the station {a} to "
     "{b} knots>|<set a wind warning at the station {a} for {b} knots>|The station {a} should warn us at {b} knots of "
     "wind.|Over {b} knots of wind I want a warning from the station {a}.|We need a storm warning from the station {a} "
     "at {b} knots.|If the wind is over {b} knots, the station {a} should warn everybody.]",
     (Slot("station weather_station where", name), Slot("knots limit speed", count(10, 90), INTEGER))),
    Row("fd_goal", "record_goal goal add_goal log_goal", "[Record a goal in a match|Write down who scored a goal]",
     "goal", "[<record a goal by {a} in minute {b}{c}>|<write down that {a} scored in minute {b}{c}>|{a} scored a goal "
     "in minute {b}{c}.|In minute {b} there was a goal by {a}{c}.|The goal in minute {b} was by {a}{c}.|The ball was "
     "in the net in minute {b}, thanks to {a}{c}.]", (Slot("player scorer who", person), Slot("minute at_minute",
      count(2, 90), INTEGER), Slot("club team for_team", name, said=" for {}"))),
    Row("fd_referee", "assign_referee referee set_referee match_referee", "[Assign a referee to a match|Choose the "
     "referee of a match of two clubs]", "match", "[<send {a} as the referee to the match of {b} against {c}>|<make "
     "{a} the referee of {b} against {c}>|{a} is the referee of {b} against {c}.|The match of {b} against {c} needs "
     "{a} as the referee.|When {b} plays against {c}, the referee should be {a}.|I want {a} as the referee for {b} "
     "against {c}.]", (Slot("referee person who", person), Slot("home first_club club_a", name,
      about="The first club."), Slot("guest second_club club_b", name, about="The other club."))),
    Row("fd_card", "show_card card give_card penalty_card", "[Show a player a card|Give a player a yellow or a red "
     "card]", "card", "[<show {a} the {b} card{c}>|<give {a} a {b} card{c}>|{a} gets a {b} card{c}.|The {b} card is "
     "for {a}{c}.|The referee should show {a} the {b} card{c}.|That was not fair of {a}, a {b} card{c}.]",
     (Slot("player person who", person), Slot("color card kind", *enum("yellow", "red")), Slot("minute at_minute",
      count(2, 90), INTEGER, said=" in minute {}"))),
    Row("fd_substitute", "substitute_player change_player swap_players", "[Substitute a player in a match|Take a "
     "player off and bring another one on]", "change", "[<take {a} off and bring {b} on{c}>|<bring {b} into the game "
     "for {a}{c}>|{b} comes into the game for {a}{c}.|{a} is tired, so {b} should come on{c}.|The player {a} goes out "
     "and {b} comes in{c}.|In the place of {a}, {b} should play{c}.]", (Slot("out player_out off", person,
      about="Who leaves the game."), Slot("in player_in on", person, about="Who comes into the game."),
      Slot("minute at_minute", count(2, 90), INTEGER, said=" in minute {}"))),
    Row("fd_lap", "lap_time get_lap lap time_of_lap", "[Tell how long a runner took for a lap|Get the lap time of a "
     "driver or a runner]", "=lap time", "[How long did {a} take for lap {b}?|What was the lap time of {a} in lap {b}?|"
     "<get the time of {a} in lap {b}>|<look up the time of {a} for lap {b}>|How fast was {a} in lap {b}?|In lap {b}, "
     "what was the time of {a}?]", (Slot("runner driver who person", person), Slot("lap number", count(2, 60),
      INTEGER))),
    Row("fd_rank", "league_rank league_table rank table_position", "[Tell the rank of a club in the league|Get the "
     "place of a club in the league]", "=rank", "[Which place does the club {a} have in the league{b}?|What is the "
     "rank of the club {a} in the league{b}?|<look up the rank of {a} in the league{b}>|How high did {a} finish in the "
     "league{b}?|<check where the club {a} stands in the league{b}>|Was {a} at the top of the league{b}?]",
     (Slot("club team name", name), Slot("season year", count(1990, 2030), INTEGER, said=" in {}"))),
    Row("fd_absence", "report_absence mark_absent absence absent_pupil", "[Report that a pupil is absent|Mark a pupil "
     "of a class as absent]", "absence", "[<mark {a} of class {b} as absent{c}>|<report that {a} of class {b} is "
     "absent{c}>|{a} of class {b} is not at school{c}.|In class {b}, {a} is missing{c}.|The pupil {a} of class {b} "
     "stays at home{c}.|Class {b} has to do without {a}{c}.]", (Slot("pupil student child", person),
      Slot("class group class_name", _class), _ON)),
    Row("fd_thesis", "register_thesis thesis new_thesis thesis_topic", "[Register the thesis of a student|Enter a "
     "thesis with its topic and its professor]", "thesis", "[<register the thesis of {a} on {b} with professor {c}>|"
     "<enter a thesis on {b} by {a} with professor {c}>|{a} writes a thesis on {b} with professor {c}.|The thesis of "
     "{a} is on {b} and the professor is {c}.|Professor {c} helps {a} with a thesis on {b}.|On {b}, the student {a} "
     "writes a thesis with professor {c}.]", (Slot("student author who", person), Slot("topic title subject", topic),
      Slot("professor teacher adviser", person))),
    Row("fd_lecture", "lecture_hall find_lecture lecture hall_of_lecture", "[Tell in which hall a lecture is|Find the "
     "hall of a lecture at the university]", "=hall", "[In which hall is the {b} lecture of {a}?|<find the hall of the "
     "{b} lecture by {a}>|Where does {a} give the {b} lecture?|<look up the hall for {b} with {a}>|To which hall do I "
     "go for the {b} lecture of {a}?|I have {b} with {a} at the university, in which hall is it?]",
     (Slot("professor teacher by", person), Slot("subject course lecture", _STUDY))),
    Row("fd_condition", "object_condition check_condition condition state_of_object", "[Tell the condition of a museum "
     "object|Check the condition of an object in the depot]", "=condition", "[What is the condition of the museum "
     "object {a}?|<check the condition of the object {a}>|In which condition is the object {a}?|<find out whether the "
     "museum object {a} is damaged>|Is the museum object {a} still in good shape?|Does the object {a} in the depot "
     "have any damage?]", (Slot("object code object_id", code),)),
    Row("fd_store", "store_object put_away_object object_to_depot", "[Put a museum object into a cabinet of the depot|"
     "Store an object in the depot]", "object", "[<put the object {a} into cabinet {b} of the depot>|<store the museum "
     "object {a} in cabinet {b}>|The object {a} belongs in cabinet {b} of the depot.|In the depot, cabinet {b} is for "
     "the object {a}.|The museum object {a} should be kept in cabinet {b}.|We do not show the object {a} any more, it "
     "goes into cabinet {b}.]", (Slot("object code object_id", code), Slot("cabinet number", count(2, 99), INTEGER))),
    Row("fd_part", "cast_actor give_part casting cast_part", "[Give an actor a part in a play|Choose who acts as a "
     "figure in a play]", "part", "[<give {a} the part of {b} in the play {c}>|<cast {a} as {b} in the play {c}>|In "
     "the play {c}, {a} acts as {b}.|The part of {b} in {c} goes to {a}.|On the stage, {a} should be {b} in the play "
     "{c}.|On the stage of {c} we need {a} as {b}.]", (Slot("actor person who", person), Slot("part figure character",
      name, about="The figure."), Slot("play title piece", name, about="The play."))),
    Row("fd_scene", "plan_scene shoot_scene film_scene scene", "[Plan where and when a scene is filmed|Film a scene of "
     "a movie at a place]", "scene", "[<film scene {a} in {b} on {c}>|<plan scene {a} for {c} in {b}>|On {c} we film "
     "scene {a} in {b}.|Scene {a} should be filmed in {b} on {c}.|The place for scene {a} is {b}, the day is {c}.|I "
     "want the cameras in {b} on {c} for scene {a}.]", (Slot("scene number", count(2, 140), INTEGER),
      Slot("place location where", place), Slot("date day when", day))),
    Row("fd_costume", "sew_costume make_costume costume order_costume", "[Make a costume for an actor|Sew a costume in "
     "a size]", "costume", "[<sew a {a} costume in size {c} for {b}>|<make a {a} costume for {b} in size {c}>|{b} "
     "needs a {a} costume in size {c}.|The {a} costume for {b} should be size {c}.|On the stage {b} wears a {a} "
     "costume, size {c}.|For {b} we need a {a} costume, size {c}.]", (Slot("costume kind what", of("king", "pirate",
      "witch", "knight", "ghost", "clown", "soldier", "queen")), Slot("actor person for_whom", person),
      Slot("size number", count(30, 60), INTEGER))),
    Row("fd_iso", "set_iso camera_iso iso iso_value", "[Set the ISO of a camera|Change the ISO value of a camera]",
     "camera setting", "[<set the {a} camera to ISO {b}>|<set the ISO of the {a} camera to {b}>|The {a} camera should "
     "use ISO {b}.|I want ISO {b} on the {a} camera.|The photos of the {a} camera are too dark, it needs ISO {b}.|"
     "Could the {a} camera have ISO {b}?]", (Slot("camera which", SIDE, about="Which camera."), Slot("iso value number",
      of("100", "200", "400", "800", "1600", "3200", "6400"), INTEGER))),
    Row("fd_crop", "crop_photo crop cut_photo crop_image", "[Crop a photo|Cut a photo to some pixels]", "photo",
     "[<crop the photo {a} to {b} by {c} pixels>|<cut the photo {a} to {b} by {c} pixels>|The photo {a} should be {b} "
     "pixels wide and {c} pixels high.|I need {a} cropped to {b} by {c} pixels.|The photo {a} is too big, it should be "
     "{b} by {c} pixels.|<make the photo {a} {b} pixels wide and {c} pixels high>]", (Slot("photo file image", _photo),
      Slot("width wide w", count(40, 4000), INTEGER), Slot("height high h", count(40, 4000), INTEGER))),
    Row("fd_photo", "photo_place photo_location where_taken place_of_photo", "[Tell where a photo was taken|Get the "
     "place of a photo]", "=place", "[Where was the photo {a} taken?|Where did I take the photo {a}?|<find out where "
     "{a} was taken>|<look up the place of the photo {a}>|At which place was {a} taken?|I forgot where the photo {a} "
     "was taken.]", (Slot("photo file image", _photo),)),
    Row("fd_catch", "log_catch catch fishing_log record_catch", "[Log a fish that was caught|Write a fish into the "
     "fishing log]", "catch", "[<log a {a} of {b} kilos{c}>|<write down that I caught a {a} of {b} kilos{c}>|I caught "
     "a {a} of {b} kilos{c}.|The {a} that I caught{c} had {b} kilos.|With my rod I got a {a} of {b} kilos{c}.|My new "
     "fish is a {a} of {b} kilos{c}.]", (Slot("fish kind what", of("trout", "salmon", "cod", "carp", "pike", "perch",
      "tuna", "herring")), Slot("kilos weight", _kilos, NUMBER), Slot("place water where", place, said=" in {}"))),
    Row("fd_gear", "shift_gear bike_gear gear set_gear", "[Shift the bike to a gear|Change the gear of the bicycle]",
     "gear", "[<shift the bike to gear {a}>|<put the bicycle in gear {a}>|The bike should be in gear {a}.|I want to "
     "ride in gear {a}.|The hill is steep, so the bike needs gear {a}.|Could the bike change to gear {a}?]",
     (Slot("gear number level", count(2, 27), INTEGER),)),
    Row("fd_stage", "stage_winner race_stage winner_of_stage bike_race", "[Tell who won a stage of a bike race|Get the "
     "winner of a stage]", "=winner", "[Who won stage {b} of the {a} race?|<find the winner of stage {b} in the bike "
     "race {a}>|Who was first in stage {b} of the race {a}?|<look up who won stage {b} of the {a} race>|In the bike "
     "race {a}, who was the best in stage {b}?|I missed stage {b} of the race {a}, who won it?]",
     (Slot("race name bike_race", name), Slot("stage number stage_number", count(2, 21), INTEGER))),
    Row("fd_runway", "assign_runway runway give_runway", "[Give a plane a runway|Assign a runway to a plane]", "runway",
     "[<give the plane {a} runway {b}>|<send the plane {a} to runway {b}>|The plane {a} should land on runway {b}.|"
     "Runway {b} is free for the plane {a}.|The plane {a} wants to land, give it runway {b}.|I want the plane {a} on "
     "runway {b}.]", (Slot("plane aircraft code", code), Slot("runway number", count(2, 36), INTEGER))),
    Row("fd_wheels", "set_landing_gear landing_gear wheels landing_wheels", "[Put the landing gear of a plane down or "
     "up|Set whether the wheels of a plane are down]", "landing gear", "[<make sure the landing gear of the plane {a} "
     "is {b}>|<keep the wheels of the plane {a} {b}>|The landing gear of {a} should be {b}.|I want the wheels of the "
     "plane {a} {b}.|The plane {a} needs its landing gear {b}.|Could the landing gear of the plane {a} be {b}?]",
     (Slot("plane aircraft code", code), either("down", "up", "down is_down gear_down", "Whether it is down."))),
    Row("fd_attach", "attach_wagons add_wagons couple_wagons", "[Attach wagons to a train|Add wagons to a train]",
     "train", "[<attach {a} wagons to the train {b}>|<add {a} wagons to the train {b}>|The train {b} should get {a} "
     "more wagons.|The train {b} is too short, it needs {a} wagons more.|The train {b} has to take {a} wagons along.|"
     "Behind the train {b} I want {a} more wagons.]", (Slot("wagons count number", count(2, 40), INTEGER), _TRAIN)),
    Row("fd_detach", "detach_wagons remove_wagons uncouple_wagons", "[Detach wagons from a train|Take wagons off a "
     "train]", "train", "[<detach {a} wagons from the train {b}>|<take {a} wagons off the train {b}>|The train {b} "
     "should lose {a} wagons.|Train {b} is too long, {a} wagons have to go.|The train {b} leaves {a} wagons behind.|"
     "The train {b} should have {a} wagons less.]", (Slot("wagons count number", count(2, 40), INTEGER), _TRAIN)),
    Row("fd_signal", "set_signal railway_signal signal", "[Set a signal of the railway|Let a railway signal show stop, "
     "slow or go]", "signal", "[<set the signal {a} to {b}>|<put the railway signal {a} on {b}>|The signal {a} should "
     "show {b}.|Trains should see {b} on the signal {a}.|The railway signal {a} has to be on {b}.|I want the signal "
     "{a} to say {b}.]", (Slot("signal code signal_id", code), Slot("state show aspect", *enum("stop", "slow", "go")))),
    Row("fd_barrier", "set_barrier barrier crossing_barrier rail_crossing", "[Lower or raise the barrier of a railway "
     "crossing|Set whether a barrier is lowered]", "barrier", "[<make sure the barrier at the crossing {a} is {b}>|"
     "<keep the barrier at the crossing {a} {b}>|The barrier at {a} should be {b}.|I want the barrier of the railway "
     "crossing {a} {b}.|At the crossing {a} the barrier has to be {b}.|Could the barrier of the crossing {a} be {b}?]",
     (Slot("crossing where name", name), either("lowered", "raised", "lowered is_lowered down",
      "Whether it is lowered."))),
    Row("fd_delay", "train_delay how_late delay get_delay", "[Tell how late a train is|Get the delay of a train]",
     "=delay", "[How late is the train {a}{b}?|<get the delay of the train {a}{b}>|What is the delay of the train "
     "{a}{b}?|Is the train {a} on time{b}?|<check how late the train {a} is{b}>|We are still waiting for the train "
     "{a}{b}, how late is it?]", (_TRAIN, Slot("station stop where", place, said=" in {}"))),
    Row("fd_duty", "give_duty camp_duty assign_duty duty", "[Give somebody a duty in the camp|Assign a camp duty for a "
     "day]", "duty", "[<give {a} the {b} duty in the camp on {c}>|<put {a} on {b} duty in the camp on {c}>|On {c}, {a} "
     "has {b} duty in the camp.|The {b} duty in the camp goes to {a} on {c}.|{a} takes the {b} duty in the camp on "
     "{c}.|For the {b} duty in the camp on {c} I want {a}.]", (Slot("person who camper", person), Slot("duty task kind",
      of("fire", "tent", "water", "washing", "guard", "wood")), Slot("date day", day))),
    Row("fd_meals", "plan_meals canteen_meals order_meals meals", "[Plan the meals of the canteen for a day|Order a "
     "number of meals in the canteen]", "plan", "[<plan {a} {b} meals in the canteen for {c}>|<order {a} {b} meals "
     "from the canteen for {c}>|The canteen should make {a} {b} meals for {c}.|For {c} the canteen needs {a} {b} "
     "meals.|In the canteen, {a} people want a {b} meal for {c}.|We need {a} {b} canteen meals for {c}.]",
     (Slot("meals count number", count(5, 600), INTEGER), Slot("kind diet meal_type", *enum("vegan", "meat", "fish",
      "cold")), Slot("date day", date))),
    Row("fd_choir", "assign_voice voice_part choir_voice choir_member", "[Put a singer into a voice group of the choir|"
     "Set which voice a singer has in the choir]", "singer", "[<put {a} into the {b} group of the choir>|<let {a} be "
     "{b} in the choir>|In the choir, {a} belongs to the {b} group.|The choir has a new {b} singer, {a}.|{a} should "
     "stand with the {b} voices of the choir.|The {b} group of the choir should get {a}.]", (Slot("singer person who",
      person), Slot("voice part group", *enum("soprano", "alto", "tenor", "bass")))),
    Row("fd_box", "find_in_archive archive_box archive_search which_box", "[Tell which box of the archive has "
     "something|Find the papers of a person in the archive]", "=box", "[In which box of the archive are the {b} of "
     "{a}?|<find the {b} of {a} in the archive>|Where in the archive are the {b} of {a}?|<look up the archive box with "
     "the {b} of {a}>|Does the archive have any {b} of {a}?|Which box do I need for the {b} of {a} in the archive?]",
     (Slot("person author", person), Slot("kind what", of("letters", "diaries", "maps", "photos", "papers")))),
    Row("fd_dice", "roll_dice dice throw_dice", "[Roll some dice|Throw dice and tell the result]", "=result",
     "[<roll {a} dice with {b} sides>|<throw {a} dice with {b} sides>|{a} dice with {b} sides, what do I get?|What do "
     "{a} dice with {b} sides show?|It is my turn, {a} dice with {b} sides.]", (Slot("dice count number", count(2, 12),
      INTEGER), Slot("sides faces", of("4", "6", "8", "10", "12", "20"), INTEGER))),
    Row("fd_deal", "deal_cards deal give_cards hand_out_cards", "[Deal cards to players|Give each player some cards]",
     "game", "[<deal {a} cards to each of {b} players>|<give each of the {b} players {a} cards>|Each of the {b} "
     "players should get {a} cards.|We are {b} players and need {a} cards each.|With {b} players, everybody gets {a} "
     "cards.|The cards are for {b} players, {a} for each.]", (Slot("cards count each", count(2, 13), INTEGER,
      about="For each player."), Slot("players people", count(2, 9), INTEGER))),
    Row("fd_dock", "dock_capsule docking dock dock_spaceship", "[Dock a capsule at a space station|Bring a capsule to "
     "a space station]", "docking", "[<dock the capsule {a} at the space station {b}{c}>|<bring the capsule {a} to the "
     "station {b}{c}>|The capsule {a} should dock at {b}{c}.|The space station {b} waits for the capsule {a}{c}.|At "
     "the space station {b} we want the capsule {a}{c}.|Could the capsule {a} dock at the station {b}{c}?]",
     (Slot("capsule spaceship craft", name), Slot("station space_station target", name), _AT)),
    Row("fd_launch", "launch_rocket launch rocket_launch plan_launch", "[Launch a rocket at a time|Plan the launch of "
     "a rocket]", "launch", "[<launch the rocket {a} on {b} at {c}>|<start the rocket {a} at {c} on {b}>|The rocket "
     "{a} should start on {b} at {c}.|On {b} at {c} the rocket {a} has to fly into space.|The launch of the rocket {a} "
     "is on {b} at {c}.|I want the rocket {a} in the sky on {b} at {c}.]", (Slot("rocket name which", name),
      Slot("date day", day), Slot("time at", time))),
    Row("fd_rover", "drive_rover move_rover rover", "[Drive a rover some meters|Move the rover on another planet]",
     "rover", "[<drive the rover {a} {b} meters {c}>|<move the rover {a} {b} meters to the {c}>|The rover {a} should "
     "go {b} meters to the {c}.|To the {c}, the rover {a} should drive {b} meters.|I want the rover {a} {b} meters "
     "further {c}.|Could the rover {a} roll {b} meters {c}?]", (Slot("rover name which", name), Slot("meters distance",
      count(2, 500), INTEGER), Slot("heading toward", *enum("north", "south", "east", "west")))),
    Row("fd_engine", "send_fire_engine fire_engine fire_brigade call_fire_brigade", "[Send fire engines to a fire|Call "
     "the fire brigade to a place]", "fire engine", "[<send {a} fire engines to {b}>|<call the fire brigade to {b} "
     "with {a} engines>|There is a fire in {b}, we need {a} fire engines.|A house burns in {b}, so {a} fire engines "
     "should go there.|{b} needs {a} fire engines.|The fire in {b} is big, {a} engines should drive there.]",
     (Slot("engines count number", count(2, 15), INTEGER), Slot("place where town", place))),
    Row("fd_hydrant", "find_hydrant hydrant next_hydrant hydrant_place", "[Tell where the next hydrant is|Find a "
     "hydrant in a street]", "=place", "[Where is the hydrant in {a} street?|<find a hydrant in {a} street>|Is there a "
     "hydrant in {a} street?|<look up the next hydrant in {a} street>|In {a} street, where can we connect the hose?|"
     "The fire is in {a} street and we need a hydrant.]", (Slot("street where name", name),)),
    Row("fd_siren", "sound_siren fire_siren siren start_siren", "[Sound the siren|Let the siren of the fire brigade "
     "sound]", "siren", "[<sound the siren{a}>|<let the fire siren sound{a}>|The siren should sound{a}.|There is a "
     "fire, we need the siren{a}.|I want to hear the fire siren{a}.|Everybody in town should hear the siren{a}.]",
     (Slot("seconds duration", count(2, 90), INTEGER, said=" for {} seconds"),)),
    Row("fd_soil", "soil_moisture how_wet_soil soil bed_moisture", "[Tell how wet the soil of a garden bed is|Measure "
     "the soil in a bed]", "=moisture", "[How wet is the soil in bed {a}?|<measure how wet the soil in bed {a} is>|Is "
     "the soil in bed {a} too dry?|<check the soil of the garden bed {a}>|What is the moisture of the soil in bed {a}?|"
     "I want to know how dry the soil in bed {a} is.]", (Slot("bed bed_code where", code),)),
    Row("fd_prune", "prune_plant prune cut_back trim_plant", "[Prune a plant in the garden|Cut a plant back to some "
     "height]", "plant", "[<cut the {a} back to {b} cm>|<prune the {a} to {b} cm>|The {a} in the garden should be {b} "
     "cm high.|The {a} is too big, it has to be cut to {b} cm.|I want the {a} pruned to {b} cm.|Could the gardener cut "
     "the {a} to {b} cm?]", (Slot("plant which what", of("hedge", "rose bush", "apple tree", "pear tree", "vine",
      "plum tree", "holly")), Slot("height cm", count(10, 250), INTEGER, about="In cm."))),
    Row("fd_fertilize", "fertilize_bed fertilize fertilizer feed_bed", "[Fertilize a bed in the garden|Give a garden "
     "bed some grams of fertilizer]", "bed", "[<fertilize bed {a} with {b} grams>|<give bed {a} {b} grams of "
     "fertilizer>|Bed {a} needs {b} grams of fertilizer.|The plants in bed {a} look weak, they need {b} grams of "
     "fertilizer.|On bed {a} I want {b} grams of fertilizer.|Could bed {a} get {b} grams of fertilizer?]",
     (Slot("bed bed_code where", code), Slot("grams amount", count(10, 900), INTEGER))),
)  # fmt: skip

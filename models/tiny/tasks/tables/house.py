"""Tools for house and garden, kitchen, cars and farm."""

from __future__ import annotations

from models.tiny.tasks.roles import message_text
from models.tiny.tasks.tables.slots import ROOM, SIDE, Row, Slot, code, company, count, decimal, either, enum, of, word
from models.tiny.tasks.toolbox import INTEGER, NUMBER
from models.tiny.tasks.words import MONTHS, date, name, person, place, time

__all__ = ["ROWS"]

ROWS: tuple[Row, ...] = (
    Row("hs_pump", "set_pump pump run_pump pump_flow", "[Set the flow of a pump|Let a pump run at some flow]",
     "setting", "[<set the {a} pump to {b} liters per minute>|<run the {a} pump at {b} liters per minute>|The {a} pump "
     "should move {b} liters per minute.|I want {b} liters per minute from the {a} pump.|<let {b} liters per minute "
     "flow through the {a} pump>|Could the {a} pump run at {b} liters per minute?]",
     (Slot("pump which pump_name", SIDE), Slot("flow liters rate", decimal, NUMBER, about="Liters per minute."))),
    Row("hs_gate", "set_gate gate yard_gate move_gate", "[Open or close a gate of the yard|Set whether a gate is open]",
     "gate setting", "[<leave the {a} gate {b}>|<make sure the {a} gate is {b}>|The {a} gate should be {b}.|I want the "
     "{a} gate {b}.|<see that the {a} gate of the yard is {b}>|Could the {a} gate stay {b}?]",
     (Slot("gate which side", SIDE), either("open", "closed", "open is_open opened", "Whether it is open."))),
    Row("hs_valve", "set_valve valve seal_valve water_valve", "[Set whether a valve is sealed|Seal a water valve or "
     "not]", "valve setting", "[<make sure valve {a} is {b}>|<make sure that the {a} valve is {b}>|Valve {a} should be "
     "{b}.|I want valve {a} {b}.|I would like the water valve {a} to be {b}.|Could the {a} valve be {b}?]",
     (Slot("valve code id", code, about="The code of the valve."), either("sealed", "not sealed", "sealed is_sealed"))),
    Row("hs_oven", "preheat_oven oven heat_oven oven_program", "[Preheat the oven|Heat the oven to a temperature|Start "
     "the oven]", "program", "[<preheat the oven to {a} degrees{b}>|<heat the oven to {a} degrees{b}>|The oven should "
     "have {a} degrees{b}.|I need the oven at {a} degrees{b}.|I want to bake at {a} degrees{b}.|Could the oven heat up "
     "to {a} degrees{b}?]",
     (Slot("temperature degrees heat", count(60, 280), INTEGER),
      Slot("mode program kind", *enum("fan", "grill", "steam"), said=" in {} mode"))),
    Row("hs_blender", "blend blender run_blender mix_food", "[Blend food in the blender|Run the blender]", "blend",
     "[<blend the {a} for {b} seconds at {c} speed>|<blend the {a} at {c} speed for {b} seconds>|For {b} seconds at "
     "{c} speed, blend the {a}.|The {a} should be blended at {c} speed for {b} seconds.|I would like the {a} in the "
     "blender for {b} seconds at {c} speed.|<give the {a} {b} seconds of {c} speed in the blender>]",
     (Slot("food what ingredient", of("spinach", "mango", "soup", "banana", "carrots", "peanuts", "batter", "kale")),
      Slot("seconds duration", count(5, 300), INTEGER), Slot("speed level", *enum("low", "medium", "high")))),
    Row("hs_kettle", "boil_water kettle boil heat_kettle", "[Boil water in the kettle|Heat some cups of water]",
     "kettle", "[<boil {a} cups of water{b}>|<heat {a} cups of water{b} in the kettle>|I need {a} cups of hot "
     "water{b}.|The kettle should boil {a} cups{b}.|<start the kettle with {a} cups{b}>|{a} cups of water from the "
     "kettle{b}.]",
     (Slot("cups amount", count(2, 12), INTEGER), Slot("temperature degrees", count(60, 99), INTEGER,
      said=" at {} degrees"))),
    Row("hs_toast", "make_toast toaster toast brown_bread", "[Toast slices of bread|Make toast in the toaster]",
     "toast", "[<toast {a} slices until they are {b}>|<make {a} slices of {b} toast>|I want {a} slices of toast that "
     "are {b}.|The toaster should make {a} {b} slices.|Could I have {b} toast, {a} slices?|<brown {a} slices of bread "
     "until they are {b}>]",
     (Slot("slices number amount", count(2, 9), INTEGER), Slot("browning color shade", *enum("pale", "golden",
      "dark")))),
    Row("hs_expiry", "food_expiry expiry_date fridge_food expires", "[Tell when food in the fridge expires|Get the "
     "expiry date of food]", "=date", "[When does the {a} in the fridge expire?|<tell me when the {a} expires>|What is "
     "the expiry date of the {a}?|How long is the {a} in the fridge still good?|<check the expiry date of the {a}>|I "
     "wonder when the {a} in the fridge goes bad.]",
     (Slot("food item what", of("milk", "ham", "cream", "yogurt", "butter", "salad", "tofu", "juice", "cheese")),)),
    Row("hs_freezer", "freeze_food freezer freeze put_in_freezer", "[Put food into the freezer|Freeze food in a "
     "drawer]", "freezer entry", "[<freeze {a} grams of {b} in drawer {c}>|<put {a} grams of {b} into drawer {c} of "
     "the freezer>|I put {a} grams of {b} into freezer drawer {c}.|In freezer drawer {c} there are {a} grams of {b} "
     "now.|<use drawer {c} to freeze {a} grams of {b}>|Drawer {c} of the freezer should take {a} grams of {b}.]",
     (Slot("grams weight amount", count(20, 3000), INTEGER), Slot("food what item", of("spinach", "bread", "peas",
      "chicken", "berries", "soup", "pasta", "salmon")), Slot("drawer drawer_number", count(1, 9), INTEGER))),
    Row("hs_washer", "wash_laundry washing_machine laundry start_wash", "[Wash laundry in the washing machine|Start "
     "the washing machine]", "wash", "[<wash the {a} laundry at {b} degrees{c}>|<start the washing machine with the "
     "{a} laundry at {b} degrees{c}>|The {a} laundry needs {b} degrees{c}.|I want the {a} laundry washed at {b} "
     "degrees{c}.|At {b} degrees, wash the {a} laundry{c}.|The {a} things smell, wash them at {b} degrees{c}.]",
     (Slot("fabric program kind", *enum("cotton", "wool", "silk", "denim")), Slot("temperature degrees", count(20, 95),
      INTEGER), Slot("spin spins rpm", count(400, 1600), INTEGER, said=" with {} spins per minute"))),
    Row("hs_humidity", "set_humidity humidifier humidity air_humidity", "[Set the humidity of a room|Control the "
     "humidifier of a room]", "humidity setting", "[<set the humidity in the {a} to {b} percent>|<keep the {a} at {b} "
     "percent humidity>|The humidity in the {a} should be {b} percent.|I want {b} percent humidity in the {a}.|Could "
     "the {a} humidifier go to {b} percent?|The air in the {a} is too dry, {b} percent would be good.]",
     (Slot("room where area", ROOM), Slot("percent humidity value", count(20, 80), INTEGER))),
    Row("hs_announce", "announce say_aloud announcement speak", "[Announce a text in some voice|Say a text over the "
     "speaker]", "announcement", "[<say {a} in a {b} voice>|<announce {a} in a {b} voice>|<announce in a {b} voice: "
     "{a}>|In a {b} voice, announce {a}.|I want {a} announced in a {b} voice.|Could the speaker say {a} in a {b} "
     "voice?|<use a {b} voice to say {a}>]",
     (Slot("text announcement words", message_text, about="What is said."), Slot("voice tone voice_style", of("deep",
      "soft", "robot", "child", "pirate", "calm", "female", "high")))),
    Row("hs_screen", "show_on_screen display screen_text house_screen", "[Show a text on a screen of the house|Display "
     "a text on a screen]", "screen text", "[<show {a} on the {b} screen>|<display {a} on the {b} screen>|<put {a} on "
     "the screen in the {b}>|On the {b} screen, display {a}.|The {b} screen should show {a}.|The text on the "
     "{b} screen should be {a}.]",
     (Slot("text content words", message_text), Slot("screen room where", ROOM))),
    Row("hs_engrave", "engrave_sign engrave garden_sign order_sign", "[Engrave a text on a sign|Order a garden sign "
     "with a text]", "sign", "[<engrave {a} on a {b} sign>|<order a {b} garden sign that says {a}>|<carve {a} into a "
     "{b} sign>|A {b} sign should say {a}.|I would like a {b} sign with {a} on it.|Could you engrave a {b} sign with "
     "{a}?|<engrave a {b} plate that says {a}>]",
     (Slot("text words engraving", message_text), Slot("material sign_material made_of", of("wooden", "brass", "slate",
      "copper", "steel", "marble", "clay")))),
    Row("hs_smoke", "smoke_detector detector_battery check_detector battery_level", "[Tell the battery level of a "
     "smoke detector|Check the battery of a smoke detector]", "=level", "[What is the battery level of the {a} smoke "
     "detector?|<check the battery of the smoke detector in the {a}>|How much battery does the {a} smoke detector "
     "have?|Is the {a} smoke detector low on battery?|<tell me the battery level of the {a} smoke detector>|The smoke "
     "detector in the {a} beeps, is it empty?]", (Slot("room detector where", ROOM),)),
    Row("hs_mower", "mow_lawn mower lawn_robot cut_grass", "[Mow the lawn|Let the mower cut a lawn]", "mowing",
     "[<mow the {a} lawn to {b} cm at {c}>|At {c}, mow the {a} lawn to {b} cm.|At {c} the {a} lawn should be cut to "
     "{b} cm.|I want the {a} lawn mowed at {c} to {b} cm.|The grass on the {a} lawn is too long, cut it to {b} cm at "
     "{c}.|Could the mower cut the {a} lawn at {c} to {b} cm?]",
     (Slot("lawn which part", SIDE), Slot("height cm length", count(2, 15), INTEGER, about="In cm."),
      Slot("time at start", time))),
    Row("hs_sow", "sow_seeds sow plant_seeds seed_bed", "[Sow seeds in a bed|Plant seeds in the garden]", "bed",
     "[<sow {b} {a} seeds in bed {c}>|<plant {b} {a} seeds in bed {c}>|In bed {c} I want {b} {a} seeds.|Bed {c} should "
     "get {b} {a} seeds.|<put {b} seeds of {a} into bed {c}>|I would like bed {c} sown with {b} {a} seeds.]",
     (Slot("plant crop kind", of("carrot", "turnip", "pea", "pumpkin", "lettuce", "onion", "leek", "poppy")),
      Slot("count seeds number", count(3, 400), INTEGER), Slot("bed bed_code where", code))),
    Row("hs_harvest", "log_harvest harvest add_harvest crop_log", "[Log a harvest|Write down what was harvested]",
     "harvest", "[I harvested {a} kilos of {b}{c}.|<log a harvest of {a} kilos of {b}{c}>|The harvest was {a} kilos of "
     "{b}{c}.|<write down {a} kilos of {b}{c} as harvested>|We picked {a} kilos of {b}{c}.|<add {a} kilos of {b}{c} to "
     "the harvest>]",
     (Slot("kilos weight amount", decimal, NUMBER), Slot("crop what kind", of("wheat", "barley", "corn", "rye", "hay",
      "plums", "pears", "grapes")), Slot("field origin from_field", name, said=" from {}"))),
    Row("hs_fence", "set_fence electric_fence fence fence_power", "[Set whether an electric fence is charged|Put power "
     "on a fence or not]", "fence setting", "[<make sure the {a} fence is {b}>|<keep the {a} fence {b}>|The {a} fence "
     "should be {b}.|I want the {a} fence {b}.|Could the electric fence on the {a} side be {b}?|I would like the {a} "
     "electric fence to be {b}.]",
     (Slot("fence which side", of("north", "south", "east", "west", "left", "right", "front", "back")),
      either("charged", "not charged", "charged is_charged power", "Whether it is charged."))),
    Row("hs_milk", "log_milk milk milking milk_yield", "[Log the milk of a cow|Write down how much milk a cow gave]",
     "entry", "[{a} gave {b} liters of milk{c}.|<log {b} liters of milk from {a}{c}>|<log for {a} {b} liters of "
     "milk{c}>|The milk of {a} was {b} liters{c}.|We milked {a}{c} and got {b} liters.|From the cow {a} we had {b} "
     "liters{c}.]",
     (Slot("cow animal name", name), Slot("liters amount", decimal, NUMBER), Slot("time at", time, said=" at {}"))),
    Row("hs_eggs", "log_eggs eggs collect_eggs coop_eggs", "[Log the eggs of a coop|Write down how many eggs were "
     "collected]", "entry", "[<log {a} eggs from the {b} coop>|There were {a} eggs in the {b} coop.|From the {b} coop "
     "I collected {a} eggs.|I collected {a} eggs in the {b} coop.|The hens in the {b} coop laid {a} eggs.|<write down "
     "{a} eggs for the {b} coop>]",
     (Slot("eggs count number", count(2, 300), INTEGER), Slot("coop which", SIDE))),
    Row("hs_herd", "move_herd herd change_pasture drive_animals", "[Move a herd to another pasture|Drive animals to a "
     "new pasture]", "move", "[<move the {a} from {b} to {c}>|<drive the {a} to {c} from {b}>|The {a} should move from "
     "{b} to {c}.|From {b} to {c}, move the {a}.|I want the {a} on the pasture {c}, they are at {b}.|The {a} at {b} "
     "should change the pasture and go to {c}.|<let the {a} leave {b} for {c}>]",
     (Slot("animals herd kind", of("cows", "sheep", "goats", "pigs", "geese", "horses", "calves")),
      Slot("from_pasture source old", name, about="Where they are."),
      Slot("to_pasture target new", name, about="Where they go."))),
    Row("hs_plow", "plow_field plow tractor send_tractor", "[Plow a field with a tractor|Send a tractor to a field]",
     "job", "[<plow {a} with {b}>|<plow the field {a} with the tractor {b}>|With the tractor {b}, plow {a}.|The "
     "tractor {b} should plow {a}.|{a} should be plowed by {b}.|I want the tractor {b} at the field {a}.|Could {b} "
     "plow the field {a}?]",
     (Slot("field where land", name, about="The field."), Slot("tractor machine with", name, about="The tractor."))),
    Row("hs_vaccinate", "vaccinate vaccinate_animal animal_vaccine vet", "[Vaccinate an animal|Have an animal "
     "vaccinated by the vet]", "appointment", "[<vaccinate {a} against {b}{c}>|<have {a} vaccinated against {b}{c}>|"
     "{a} needs the vaccine against {b}{c}.|Against {b}, vaccinate {a}{c}.|The vet should protect {a} from {b}{c}.|I "
     "want {a} vaccinated against {b}{c}.]",
     (Slot("animal name patient", name), Slot("disease against illness", word), Slot("date day when", date,
      said=", {}"))),
    Row("hs_refuel", "log_fuel refuel fuel_log fill_up", "[Log the fuel of a car|Write down how much fuel was bought]",
     "entry", "[I filled {a} with {b} liters of fuel for {c} dollars.|<log {b} liters of fuel for {a}, {c} dollars>|"
     "For {c} dollars, {a} got {b} liters of fuel.|The fuel for {a} cost {c} dollars, {b} liters.|{a} took {b} liters "
     "for {c} dollars.|I paid {c} dollars for {b} liters of fuel in {a}.]",
     (Slot("car vehicle name", name), Slot("liters amount", decimal, NUMBER), Slot("cost dollars price", decimal,
      NUMBER))),
    Row("hs_tire", "set_tire_pressure tire inflate_tire tire_pressure", "[Inflate a tire to a pressure|Set the "
     "pressure of a tire]", "tire setting", "[<inflate the {a} tire to {b} psi>|<set the {a} tire to {b} psi>|The {a} "
     "tire should have {b} psi.|I want a pressure of {b} psi in the {a} tire.|The pressure of the {a} tire has to be "
     "{b} psi.|The {a} tire looks flat, it needs {b} psi.]",
     (Slot("tire wheel which", of("front left", "front right", "rear left", "rear right", "spare", "front", "rear")),
      Slot("pressure psi value", decimal, NUMBER))),
    Row("hs_charge", "charge_car charge charging car_battery", "[Charge an electric car|Charge the battery of a car]",
     "charging", "[<charge {a} to {b} percent by {c}>|By {c}, charge the car {a} to {b} percent.|By {c}, {a} should "
     "be charged to {b} percent.|{a} should have {b} percent by {c}.|I need {a} charged by {c} to {b} percent.|Could "
     "the car {a} charge to {b} percent by {c}?|The battery of {a} has to be at {b} percent by {c}.]",
     (Slot("car vehicle name", name), Slot("percent level target", count(20, 99), INTEGER),
      Slot("time by ready_at", time))),
    Row("hs_range", "car_range range distance_left miles_left", "[Tell the range of a car|Get how far a car can still "
     "drive]", "=range", "[How far can {a} drive{b}?|<tell me the range of {a}{b}>|What is the range of the car "
     "{a}{b}?|How many miles can {a} still drive{b}?|<get the range of the car {a}{b}>|Will {a} run dry soon{b}?]",
     (Slot("car vehicle name", name), Slot("speed mph", count(20, 90), INTEGER, said=" at {} mph"))),
    Row("hs_mirror", "set_mirror fold_mirror mirror car_mirror", "[Fold a mirror of the car|Set whether a mirror is "
     "folded]", "mirror setting", "[<make sure the {a} mirror is {b}>|<keep the {a} mirror {b}>|The {a} mirror should "
     "be {b}.|I want the {a} mirror {b}.|I would like the {a} mirror of the car to be {b}.|Could the {a} mirror be "
     "{b}?]", (Slot("mirror which side", of("left", "right", "outer", "trailer", "rear")),
     either("folded", "not folded", "folded is_folded fold", "Whether it is folded."))),
    Row("hs_roof", "set_roof car_roof roof convertible_roof", "[Raise or lower the roof of a convertible|Set the roof "
     "of a car]", "roof setting", "[<make sure the roof of {a} is {b}>|The roof of {a} should be {b}.|I want to drive "
     "{a} with the roof {b}.|<keep the {a} roof {b}>|I would like the roof of the convertible {a} {b}.|Could the roof "
     "of {a} be {b}?]",
     (Slot("car vehicle name", name), either("raised", "lowered", "raised is_raised up", "Whether it is raised."))),
    Row("hs_park", "save_parking park parking_place parked_at", "[Save where a car is parked|Log the parking place of "
     "a car]", "place", "[I parked {a} at {b}.|<save that {a} is parked at {b}>|At {b} I parked the car {a}.|<log {b} "
     "as the parking place of {a}>|The car {a} is parked at {b}.|{a} stands at {b}.]",
     (Slot("car vehicle what", name), Slot("place where spot", place))),
    Row("hs_lend", "lend_tool lend tool_loan borrow", "[Lend a tool to somebody|Log who borrows a tool]", "loan",
     "[<lend the {a} to {b}{c}>|<lend {b} the {a}{c}>|{b} borrows the {a}{c}.|To {b} I want to lend the {a}{c}.|The "
     "{a} goes to {b}{c}.|{b} can borrow my {a}{c}.]",
     (Slot("tool what item", of("ladder", "drill", "saw", "hammer", "shovel", "rake", "chainsaw", "wheelbarrow")),
      Slot("person to borrower", person), Slot("date until back_on", date, said=" until {}"))),
    Row("hs_craftsman", "book_craftsman craftsman handyman send_craftsman", "[Book a craftsman for somebody|Send a "
     "craftsman to a home]", "visit", "[<send a {a} to {b} at {c}>|<book a {a} for {b} at {c}>|At {c}, send {b} a {a}."
     "|{b} needs a {a} at {c}.|At {c}, {b} wants a {a} at home.|I want to book a {a} at {c} for {b}.|The craftsman "
     "for {b} at {c} should be a {a}.]",
     (Slot("craft kind trade", of("plumber", "painter", "gardener", "roofer", "mason", "carpenter", "tiler")),
      Slot("customer person for_whom", person), Slot("time at when", time))),
    Row("hs_silo", "silo_level silo grain_level check_silo", "[Tell how much grain is in a silo|Get the level of a "
     "silo]", "=level", "[How much grain is in silo {a}?|What is the level of silo {a}?|<check the level of silo {a}>|"
     "How full is the silo {a}?|<tell me how much grain the silo {a} has>|Is there any grain left in {a}?]",
     (Slot("silo code id", code),)),
    Row("hs_solar", "solar_power solar_yield panels power_made", "[Tell how much power solar panels made|Get the yield "
     "of solar panels]", "=yield", "[How much power did the {a} panels make{b}?|What was the yield of the {a} solar "
     "panels{b}?|<show the power of the {a} panels{b}>|<get the yield of the {a} panels{b}>|How good were the {a} "
     "solar panels{b}?|I want to know what the {a} panels made{b}.]",
     (Slot("panels which side", SIDE), Slot("month period", of(*MONTHS), said=" in {}"))),
    Row("hs_meter", "enter_meter meter_reading meter log_meter", "[Enter the reading of a meter|Log what a meter of "
     "the house shows]", "reading", "[The {a} meter shows {b}.|<enter {b} for the {a} meter>|<log a {a} meter reading "
     "of {b}>|The reading of the {a} meter is {b}.|I read {b} on the {a} meter.|<enter the {a} reading {b}>]",
     (Slot("meter kind which", *enum("water", "gas", "power")), Slot("reading value number", count(100, 99_999),
      INTEGER))),
    Row("hs_pool", "cover_pool pool_cover pool set_pool", "[Cover a pool or not|Set whether a pool is covered]",
     "pool setting", "[<make sure the {a} pool is {b}>|<keep the {a} pool {b}>|The {a} pool should be {b}.|I want the "
     "{a} pool {b}.|<see that the {a} pool is {b}>|Could the {a} pool be {b}?]",
     (Slot("pool which", SIDE), either("covered", "not covered", "covered is_covered cover", "Whether it is "
      "covered."))),
    Row("hs_bins", "garbage_day bin_day bins waste_pickup", "[Tell when a bin is emptied|Get the day of the garbage "
     "pickup]", "=day", "[When is the {a} bin emptied{b}?|<tell me when the {a} garbage is picked up{b}>|What is the "
     "pickup day of the {a} bin{b}?|<check when the {a} bin is emptied{b}>|On which day does the {a} garbage go "
     "out{b}?|I forgot the day of the {a} bin{b}.]",
     (Slot("bin kind waste", of("paper", "glass", "plastic", "garden", "metal", "food")), Slot("city place town",
      place, said=" in {}"))),
    Row("hs_service", "car_service inspect_car car_inspection garage_visit", "[Have a car inspected by a garage|Order "
     "an inspection of a car]", "inspection", "[<have {a} inspected by {b}{c}>|<order an inspection of {a} at {b}{c}>|"
     "{b} should inspect the car {a}{c}.|{a} needs an inspection by {b}{c}.|At {b}, have the car {a} inspected{c}.|"
     "<take the car {a} to {b}{c}>]",
     (Slot("car vehicle what", name), Slot("garage company by", company), Slot("date day when", date, said=", {}"))),
)  # fmt: skip

"""Tools for what is done in town: travel, shopping, money, health, sports clubs, offices, schools."""

from __future__ import annotations

from models.tiny.tasks.roles import message_text
from models.tiny.tasks.tables.slots import (
    SIDE,
    Row,
    Slot,
    code,
    company,
    count,
    day,
    decimal,
    either,
    enum,
    item,
    of,
    word,
)
from models.tiny.tasks.toolbox import INTEGER, NUMBER
from models.tiny.tasks.words import COLORS, date, name, person, place, pseudo_word, time

__all__ = ["ROWS"]

ROWS: tuple[Row, ...] = (
    Row("tn_seat", "reserve_seat seat_reservation train_seat book_seat", "[Reserve a seat on a train|Book a train "
     "seat|Keep a seat free on a train]", "seat",
     "[<reserve seat {b} on the train {a}{c}>|<book seat {b} in train {a}{c}>|I want seat {b} on the train {a}{c}.|"
     "On train {a} I would like to have seat {b}{c}.|Is seat {b} on the train {a}{c} free for me?|"
     "<get me the seat with the number {b} on {a}{c}>]",
     (Slot("train train_number connection", code), Slot("seat seat_number place_number", count(2, 120), INTEGER),
      Slot("class wagon_class", *enum("first", "second"), said=" in {} class"))),
    Row("tn_luggage", "report_lost_luggage lost_luggage missing_suitcase baggage_report", "[Report a lost suitcase|"
     "Tell the airport that a suitcase is missing|Report lost luggage]", "report",
     "[<report that the {a} suitcase was lost in {b}>|<report the loss of my {a} suitcase in {b}>|My {a} suitcase "
     "got lost in {b}.|In {b} they have lost my {a} suitcase.|I lost the {a} suitcase in {b}.|"
     "The {a} suitcase never came out of the plane in {b}.]",
     (Slot("color suitcase look", of(*COLORS), about="What it looks like."), Slot("airport place city where", place))),
    Row("tn_fare", "train_fare get_fare fare ticket_fare", "[Tell the fare of a train ride|Get the train fare between "
     "two cities|Look up what a train ride costs]", "=fare",
     "[What is the train fare from {a} to {b}?|<look up the fare from {a} to {b}>|What is the fare to {b} from {a}?|"
     "<tell me the train fare to {b} from {a}>|How much does the train from {a} to {b} cost?|"
     "I need the fare of the train to {b}, starting in {a}.]",
     (Slot("origin from_city start departure", place, about="Where the ride starts."),
      Slot("destination to_city arrival", place, about="Where the ride ends."))),
    Row("tn_visa", "apply_for_visa visa_application visa request_visa", "[Apply for a visa|Ask a country for a "
     "visa|Request a visa for a traveler]", "application",
     "[<apply for a visa to {b} for {a}, {c} days>|<request a visa of {c} days to {b} for {a}>|For {a} we need a visa "
     "for {b}, {c} days.|I need a {c} day visa to {b} for {a}.|The traveler {a} needs a visa for {c} days in {b}.|"
     "The visa is for {a}, who will be {c} days in {b}.]",
     (Slot("traveler person applicant", person), Slot("country destination", place),
      Slot("days duration length", count(5, 180), INTEGER))),
    Row("tn_check_in", "check_in passenger_check_in online_check_in boarding", "[Check in a passenger|Check a "
     "passenger in for a trip|Do the check-in of a passenger]", "boarding pass",
     "[<check in {a} with the booking {b}>|<check in the passenger {a}, booking {b}>|With booking {b}, check in {a}.|"
     "The passenger {a} wants to check in, the booking is {b}.|Can {a} check in with {b}?|"
     "I want a boarding pass for {a}, booking {b}.]",
     (Slot("passenger traveler name", person), Slot("booking booking_code reservation", code))),
    Row("tn_tour", "book_tour guided_tour tour_booking join_tour", "[Book a guided tour|Reserve places on a city "
     "tour|Sign up visitors for a tour]", "tour",
     "[<book the {a} tour for {b} people{c}>|<reserve {b} places on the {a} tour{c}>|We are {b} visitors and would "
     "like to join the {a} tour{c}.|I want to do the {a} tour with {b} people{c}.|Can {b} people come on the {a} tour"
     "{c}?|<get {b} places for the {a} tour{c}>]",
     (Slot("tour kind which", of("morning", "evening", "night", "harbor", "castle", "museum", "garden", "bike",
      "boat", "cathedral"), about="Which tour."), Slot("people visitors places", count(2, 40), INTEGER),
      Slot("date day", day, said=" on {}"))),
    Row("tn_gate", "boarding_gate find_gate gate gate_info", "[Tell the gate of a plane|Look up the boarding gate|"
     "Find out at which gate a plane leaves]", "=gate",
     "[At which gate is {a}?|What is the gate of {a}?|<look up the boarding gate of {a}>|<find the gate for {a}>|"
     "To which gate do I have to go for {a}?|Where do I have to board {a}?]",
     (Slot("plane number plane_number", code, about="The number of the plane."),)),
    Row("tn_parking", "pay_parking parking_ticket park_car parking_meter", "[Pay for parking|Buy a parking ticket for "
     "a car|Park a car for some minutes]", "parking ticket",
     "[<pay for parking the car {a} for {b} minutes{c}>|<buy a parking ticket of {b} minutes for {a}{c}>|The car {a} "
     "is parking for {b} minutes{c}.|I want to park {a} for {b} minutes{c}.|For {b} minutes I am parking {a}{c}.|"
     "I leave my car {a} here for {b} minutes{c}.]",
     (Slot("plate car license_plate", code), Slot("minutes duration", count(10, 480), INTEGER),
      Slot("zone area", of("A", "B", "C", "D", "K", "M"), said=" in zone {}"))),
    Row("tn_available", "check_availability product_available availability in_store", "[Tell whether a store has a "
     "product|Check if a product is available|Check the availability at a store]", "=availability",
     "[Does the store {b} have {a}?|Can I get {a} at the store {b}?|<check whether {a} can be had at the store {b}>|"
     "<check the availability of {a} at {b}>|Is the product {a} available at {b}?|Do they sell {a} at {b}?]",
     (Slot("product item article", item), Slot("store shop branch", name))),
    Row("tn_return", "return_order send_back return_item start_return", "[Return an order to the shop|Send an order "
     "back|Start the return of an order]", "return",
     "[<return the order {a} for a {b}>|<send the order {a} back for a {b}>|I want to return {a} and get a {b}.|"
     "I would like a {b} for the order {a}, which I return.|Can I return {a} for a {b}?|"
     "The order {a} does not fit, I want a {b}.]",
     (Slot("order order_number purchase", code), Slot("way outcome compensation", *enum("refund", "voucher",
      "replacement")))),
    Row("tn_coupon", "redeem_coupon use_coupon coupon apply_voucher", "[Redeem a coupon at a shop|Use a coupon code|"
     "Apply a voucher in a shop]", "discount",
     "[<redeem the coupon {a} at {b}>|<use the coupon code {a} at {b}>|At {b}, use the coupon {a}.|I have the coupon "
     "{a} for {b}.|Can I use the code {a} in the shop {b}?|For the shop {b} I want to redeem the voucher {a}.]",
     (Slot("code coupon voucher", code), Slot("shop store merchant", name))),
    Row("tn_gift_card", "gift_card write_gift_card make_gift_card gift_voucher", "[Make a gift card for somebody|Buy a "
     "gift card with a text|Write a gift card]", "gift card",
     "[<write {a} on a gift card for {b}{c}>|<put the text {a} on a gift card for {b}{c}>|I need a gift card for {b}"
     "{c} that says {a}.|The gift card for {b}{c} should say {a}.|<make a gift card for {b}{c} with the words {a}>]",
     (Slot("text words inscription", message_text, about="What is written on it."),
      Slot("recipient person for_whom", person), Slot("amount value dollars", count(5, 500), INTEGER,
      said=" over {} dollars"))),
    Row("tn_wrap", "gift_wrap set_wrapping wrap_order wrapping", "[Set whether an order is gift-wrapped|Choose gift "
     "wrapping for an order|Wrap an order as a gift]", "order",
     "[The order {a} should be {b}.|I want the order {a} to be {b}.|<make sure the order {a} is {b}>|<keep the order "
     "{a} {b}>|I would like to have order {a} {b}.|Can the order {a} be {b}?]",
     (Slot("order order_number purchase", code), either("gift-wrapped", "not gift-wrapped", "wrapped gift_wrapped "
      "is_gift", "Whether it is wrapped."))),
    Row("tn_discount", "set_discount discount reduce_price start_sale", "[Set the discount of a product|Give a "
     "discount on a product|Start a sale of a product]", "discount",
     "[<give {b} percent discount on {a}{c}>|<set the discount of {a} to {b} percent{c}>|I want {b} percent off {a}"
     "{c}.|There should be a discount of {b} percent on {a}{c}.|The product {a} is {b} percent cheaper{c}.|"
     "<reduce the price of {a} by {b} percent{c}>]",
     (Slot("product article item", item), Slot("percent discount rate", count(2, 80), INTEGER),
      Slot("until end end_date", date, said=" until {}"))),
    Row("tn_bid", "place_bid bid auction_bid make_offer", "[Place a bid at an auction|Bid on a lot of the auction|"
     "Make an offer in an auction]", "bid",
     "[<bid {b} dollars on {a}>|<place a bid of {b} dollars on the lot {a}>|I bid {b} dollars for the lot {a}.|"
     "For lot {a} my bid is {b} dollars.|My bid on {a} is {b} dollars.|I would give {b} dollars for the lot {a}.]",
     (Slot("lot lot_number object", code), Slot("amount bid dollars", decimal, NUMBER))),
    Row("tn_budget", "set_budget budget monthly_budget limit_spending", "[Set a monthly budget|Limit the spending of a "
     "month|Change the budget for a kind of expense]", "budget",
     "[<set the {a} budget to {b} dollars>|<change the {a} budget to {b}>|The {a} budget should be {b} dollars.|"
     "I want a {a} budget of {b} dollars.|From now on {b} dollars are the {a} budget.|"
     "I do not want my {a} spending to be over {b} dollars.]",
     (Slot("category kind purpose", of("food", "travel", "clothing", "household", "car", "holiday", "hobby",
      "fuel", "gift", "phone"), about="What the money is for."), Slot("limit amount dollars", decimal, NUMBER))),
    Row("tn_card", "freeze_card bank_card set_card_state card_control", "[Freeze a bank card or make it active|Set "
     "whether a card is frozen]", "card",
     "[The {a} card should be {b}.|<make sure the {a} card is {b}>|I want my {a} card to be {b}.|<see to it that my "
     "{a} card is {b}>|My {a} card has to be {b} now.|Can my {a} card be {b}, please?]",
     (Slot("card which kind", of("credit", "debit", "company", "family", "travel", "student", "savings", "silver",
      "gold"), about="Which card."), either("frozen", "not frozen", "frozen freeze is_frozen", "Whether it is so."))),
    Row("tn_loan", "apply_for_loan loan loan_application borrow_money", "[Apply for a loan at a bank|Ask a bank for a "
     "loan|Borrow money from a bank]", "loan",
     "[<apply for a loan of {a} dollars at {b} over {c} months>|<ask {b} for a loan of {a} dollars, {c} months>|I want "
     "to borrow {a} dollars from {b} for {c} months.|I need a loan over {c} months from {b}, {a} dollars.|"
     "Can {b} give me a loan of {a} dollars for {c} months?]",
     (Slot("amount sum dollars", count(500, 90_000), INTEGER), Slot("bank lender", company),
      Slot("months duration term", count(6, 99), INTEGER))),
    Row("tn_insure", "insure insurance take_out_insurance new_policy", "[Insure a thing at a company|Take out an "
     "insurance for something|Make an insurance policy]", "policy",
     "[<insure the {a} with {b} for {c} dollars>|<insure my {a} for {c} dollars at {b}>|I want {b} to insure the {a} "
     "for {c} dollars.|I need an insurance of {c} dollars for my {a}, from {b}.|Will {b} insure a {a} for {c} "
     "dollars?|For {c} dollars I want the {a} insured at {b}.]",
     (Slot("object thing what", of("car", "boat", "house", "bicycle", "violin", "piano", "phone", "horse", "camera",
      "painting", "barn")), Slot("company insurer", company), Slot("amount value sum", decimal, NUMBER))),
    Row("tn_claim", "file_claim insurance_claim report_damage claim", "[File a claim with the insurance|Report damage "
     "to the insurance|Tell the insurance about damage]", "claim",
     "[<file a claim for the {a} damage under the policy {b}>|<report {a} damage to the insurance, policy {b}>|I have "
     "a claim for {a} damage, my policy is {b}.|My policy is {b} and I want to report the {a} damage.|"
     "The insurance {b} should pay for the {a} damage.|Can I file a claim for {a} damage with policy {b}?]",
     (Slot("cause damage kind", of("water", "storm", "fire", "glass", "hail", "flood", "roof", "frost", "smoke"),
      about="What did the damage."), Slot("policy policy_number contract", code))),
    Row("tn_dose", "log_medicine take_medicine record_dose medication", "[Record a dose of a medicine|Log which "
     "medicine the user took|Keep a record of taken medicine]", "dose",
     "[<record that I took {b} mg of {a}{c}>|<log a dose of {b} mg of the medicine {a}{c}>|I took {b} mg of the "
     "medicine {a}{c}.|My dose of {a} was {b} mg{c}.|I have taken the medicine {a}, {b} mg{c}.|"
     "I had {b} mg of {a}{c}.]",
     (Slot("medicine drug name", word), Slot("milligrams dose mg", count(5, 900), INTEGER),
      Slot("time at", time, said=" at {}"))),
    Row("tn_pressure", "log_blood_pressure blood_pressure record_pressure", "[Log a blood pressure|Record the blood "
     "pressure of the user|Save a blood pressure value]", "entry",
     "[<log a blood pressure of {a} over {b}>|<record {a} over {b} as my blood pressure>|My blood pressure is {a} over "
     "{b}.|The upper value of my blood pressure is {a} and the lower is {b}.|The doctor measured a pressure of {a} to "
     "{b}.|I had {a} over {b} when I took my blood pressure.]",
     (Slot("upper systolic high", count(100, 190), INTEGER, about="The first value."),
      Slot("lower diastolic low", count(50, 99), INTEGER, about="The second value."))),
    Row("tn_pharmacy", "order_medicine pharmacy refill_prescription pharmacy_order", "[Order a medicine at a pharmacy|"
     "Have a prescription filled at a pharmacy|Order from the pharmacy]", "order",
     "[<order {a} at the pharmacy {b}>|<order the medicine {a} from {b}>|At the pharmacy {b}, order {a} for me.|"
     "I need the medicine {a} from the pharmacy {b}.|Can the pharmacy {b} get me {a}?|"
     "My prescription for {a} should be filled at {b}.]",
     (Slot("medicine drug prescription", word), Slot("pharmacy shop at", name))),
    Row("tn_vaccine", "record_vaccination add_vaccine vaccination vaccine_record", "[Record a vaccination|Add a "
     "vaccine to the record of a person|Write a vaccine into the vaccination card]", "vaccination",
     "[<record that {b} got the {a} vaccine{c}>|<add the {a} vaccine to the record of {b}{c}>|The patient {b} had the "
     "{a} vaccine{c}.|I gave {b} the {a} vaccine{c}.|The {a} vaccination of {b} was done{c}.|"
     "The {a} shot was given to {b}{c}.]",
     (Slot("vaccine kind against", of("flu", "measles", "tetanus", "polio", "rabies", "hepatitis", "mumps", "cholera",
      "typhoid"), about="Which vaccine."), Slot("patient person name", person), Slot("date day", date,
      said=" on {}"))),
    Row("tn_allergy", "add_allergy allergy record_allergy patient_allergies", "[Add an allergy of a patient|Record "
     "what a patient is allergic to|Enter an allergy]", "allergy",
     "[The patient {a} is allergic to {b}.|<add an allergy to {b} for {a}>|<record that {a} is allergic to {b}>|"
     "There is an allergy to {b} in {a}.|The allergy of {a} is to {b}.|Because of an allergy {b} is bad for {a}.]",
     (Slot("patient person name", person), Slot("substance allergen against", of("nuts", "milk", "eggs", "pollen",
      "dust", "cats", "wool", "latex", "honey", "soy", "shrimp", "penicillin")))),
    Row("tn_court", "reserve_court court_booking book_court sports_court", "[Reserve a court at the sports club|Book a "
     "court to play on|Reserve a sports court]", "court",
     "[<reserve the {a} court at {b} for {c} minutes>|<book the {a} court for {c} minutes at {b}>|At {b} we need the "
     "{a} court for {c} minutes.|We want to play on the {a} court for {c} minutes, from {b} on.|Is the {a} court free "
     "at {b} for {c} minutes?|I would like to have {c} minutes on the {a} court at {b}.]",
     (Slot("court which kind", of("tennis", "squash", "badminton", "volleyball", "north", "south", "center", "clay",
      "upper", "lower"), about="Which court."), Slot("time start at", time), Slot("minutes duration length",
      count(20, 240), INTEGER))),
    Row("tn_player", "transfer_player player_transfer change_club move_player", "[Transfer a player to another club|"
     "Record that a player changes clubs|Move a player between two clubs]", "transfer",
     "[<transfer {a} from {b} to {c}>|<transfer the player {a} to {c} from {b}>|The player {a} goes from {b} to {c}.|"
     "The club {c} gets the player {a} from {b}.|From the club {b} to {c} we transfer {a}.|"
     "The player {a} leaves {b} and will play for {c}.]",
     (Slot("player athlete name", person), Slot("from_club old_club seller", name, about="The club before."),
      Slot("to_club new_club buyer", name, about="The club after."))),
    Row("tn_jersey", "set_jersey_number jersey_number give_jersey shirt_number", "[Give a player a jersey number|Set "
     "the number on the jersey of a player]", "jersey",
     "[<give {a} the jersey number {b}>|<give the jersey {b} to {a}>|The player {a} wears the jersey {b}.|"
     "The jersey of {a} has the number {b}.|Number {b} is the jersey of the player {a}.|"
     "I want number {b} on the jersey of {a}.|On the back of {a} there should be a {b}.]",
     (Slot("player athlete name", person), Slot("number jersey shirt", count(2, 99), INTEGER))),
    Row("tn_passport", "renew_passport passport new_passport passport_office", "[Renew the passport of a person|Ask "
     "the office for a new passport|Apply for a new passport]", "passport",
     "[<renew the passport of {a}{b}>|<apply for a new passport for {a}{b}>|The passport of {a} is too old{b}.|"
     "I need a new passport for {a}{b}.|Can I renew the passport of {a}{b}?|My passport has run out, I am {a}{b}.]",
     (Slot("person holder name", person), Slot("service speed", *enum("normal", "express"), said=", {} service"))),
    Row("tn_street", "report_street_damage city_report street_report broken_street", "[Report something broken in a "
     "street|Tell the city about damage in a street|Report damage to the city]", "report",
     "[<report a broken {a} in {b} street>|<tell the city that the {a} in {b} street is broken>|In {b} street a {a} is "
     "broken.|There is a broken {a} in {b} street.|The {a} in {b} street needs repair, report it to the city.|"
     "I want to report damage to the {a} in {b} street.]",
     (Slot("object thing what", of("bench", "sign", "fence", "pipe", "pavement", "bridge", "fountain", "swing",
      "traffic sign", "railing", "bin"), about="What is broken."), Slot("street where place", name))),
    Row("tn_permit", "request_permit permit apply_for_permit get_permit", "[Request a permit from the town hall|Apply "
     "for a permit at the office|Get an official permit]", "permit",
     "[<request a {a} permit for {b}{c}>|<apply for the {a} permit for {b}{c}>|The resident {b} needs a {a} permit{c}.|"
     "I would like a {a} permit for {b}{c}.|Can {b} get a {a} permit{c}?|For {b} we need the {a} permit{c}.]",
     (Slot("kind permit permit_type", of("building", "fishing", "hunting", "market", "camping", "fire", "work",
      "trade", "diving"), about="What it permits."), Slot("applicant person holder", person),
      Slot("until end valid_until", date, said=" until {}"))),
    Row("tn_complaint", "file_complaint complaint submit_complaint complain", "[File a complaint at an office|Submit a "
     "complaint to an office|Complain to a public office]", "complaint",
     "[<submit the complaint {a} to the {b} office>|<file {a} as a complaint at the {b} office>|<complain to the {b} "
     "office: {a}>|My complaint to the {b} office is: {a}.|I want to file the complaint {a} at the {b} office.|"
     "To the {b} office I have to complain: {a}.]",
     (Slot("text complaint content", lambda draw: draw.free("[the bus to {p} is late|the {w} is too loud|{n} does not "
      "pay the rent|the {w} in {p} is dirty|nobody has answered {n}|the bill of {n} is wrong|{n} parks on my {w}]",
      n=person(draw), p=place(draw), w=pseudo_word(draw))),
      Slot("office department at", of("tax", "housing", "school", "traffic", "health", "youth", "land", "job",
       "main"), about="Which office."))),
    Row("tn_bins", "bin_collection waste_collection bin_day garbage_day", "[Tell when a bin is emptied|Get the day of "
     "the bin collection|Look up when bins are collected]", "=day",
     "[When is the {a} bin emptied in {b} street?|<tell me the day for the {a} bin in {b} street>|On which day is the "
     "{a} bin collected in {b} street?|<look up the collection of the {a} bin in {b} street>|In {b} street, when do "
     "they empty the {a} bin?|When do I put out the {a} bin in {b} street?]",
     (Slot("bin kind waste", of("paper", "glass", "plastic", "metal", "garden", "brown", "yellow", "gray", "blue",
      "clothes"), about="Which bin."), Slot("street address where", name))),
    Row("tn_enroll", "enroll_student enroll course_enrollment join_course", "[Enroll a student in a course|Put a "
     "student into a class|Sign a student up for a course]", "enrollment",
     "[<enroll {a} in the {b} course>|<put the student {a} into the {b} course>|In the {b} course, enroll {a}.|"
     "The {b} course gets a new student, {a}.|I want to enroll {a} in {b}.|Can the student {a} take the {b} course?]",
     (Slot("student pupil name", person), Slot("course subject class_name", of("history", "biology", "chemistry",
      "pottery", "Latin", "physics", "drama", "chess", "first aid", "sewing", "geography", "law")))),
    Row("tn_grade", "enter_grade grade_student give_grade gradebook", "[Enter the grade of a student|Give a student a "
     "grade in a subject|Put points into the gradebook]", "grade",
     "[<enter {c} points in {b} for {a}>|<give {a} a grade of {c} points in {b}>|In {b} the student {a} got {c} points"
     ".|The {b} grade of {a} is {c} points.|The student {a} has {c} points in {b}.|{c} points in {b} are the grade of "
     "{a}.]",
     (Slot("student pupil name", person), Slot("subject course", of("history", "biology", "chemistry", "Latin",
      "physics", "drama", "geography", "art", "law")), Slot("points grade mark", count(2, 100), INTEGER))),
    Row("tn_homework", "assign_homework homework give_homework set_homework", "[Assign homework to a class|Give a "
     "class its homework|Set the homework of a class]", "homework",
     "[<give {a} as homework to the class {b}{c}>|<assign the homework {a} to class {b}{c}>|The homework for {b} is "
     "{a}{c}.|I want {a} as homework for the class {b}{c}.|The class {b} has to {a} as homework{c}.|"
     "At home the class {b} should {a}{c}.]",
     (Slot("task homework text", lambda draw: draw.free("[read page {c}|read chapter {d}|draw the {w}|write a page "
      "about {n}|learn {d} words|answer question {d}|copy page {c}|learn about {p}]", c=str(draw.integer(4, 300)),
      d=str(draw.integer(2, 30)), w=pseudo_word(draw), n=person(draw), p=place(draw))),
      Slot("class group class_name", lambda draw: f"{draw.integer(1, 12)}{draw.pick('ABCDE')}"),
      Slot("due due_date deadline", date, said=" for {}"))),
    Row("tn_exam", "set_exam_result exam_result mark_exam exam", "[Set whether an exam is passed|Enter if a student "
     "passed an exam|Record the result of an exam]", "result",
     "[The {b} exam of {a} is {c}.|<make sure the {b} exam of {a} is set to {c}>|<record the {b} exam of {a} as {c}>|"
     "For {a} the exam in {b} is {c}.|I want the exam of {a} in {b} to be marked as {c}.|"
     "<mark the {b} exam of {a} as {c}>]",
     (Slot("student candidate name", person), Slot("subject exam course", of("history", "biology", "chemistry",
      "driving", "Latin", "physics", "sailing", "law", "nursing"), about="The subject of the exam."),
      either("passed", "not passed", "passed is_passed success", "Whether it is passed."))),
    Row("tn_announce", "announce make_announcement loudspeaker public_announcement", "[Announce something in a "
     "hall|Make an announcement over the loudspeaker|Announce a text in public]", "announcement",
     "[<announce {a} in the {b} hall>|<announce in the {b} hall: {a}>|In the {b} hall, announce {a}.|I want {a} "
     "announced in the {b} hall.|The people in the {b} hall should hear the announcement {a}.|"
     "The announcement for the {b} hall is {a}.]",
     (Slot("text announcement words", message_text), Slot("hall where which", SIDE, about="Which hall."))),
)  # fmt: skip

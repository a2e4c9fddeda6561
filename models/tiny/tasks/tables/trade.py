"""Tools of trades: back offices, staff, accounts, machines, servers, documents, hotels, sites and banks."""

from __future__ import annotations

from models.tiny.tasks.base import Draw
from models.tiny.tasks.tables.slots import Row, Slot, Value, code, company, count, day, decimal, either, enum, item, of
from models.tiny.tasks.toolbox import INTEGER, NUMBER
from models.tiny.tasks.words import MONTHS, date, name, person, place, pseudo_word, time

__all__ = ["ROWS"]


def _named(*endings: str) -> Value:
    """The name of a file or site with one of the endings."""
    return lambda draw: f"{pseudo_word(draw)}.{draw.pick(endings)}"


def _or_word(*options: str) -> Value:
    """One of the options, or a made-up word."""
    return lambda draw: draw.pick(options) if draw.chance(0.4) else pseudo_word(draw)


def _query(draw: Draw) -> str:
    return draw.free(
        "SELECT [{c}|*|{d}, {c}|count(*)|max({c})] FROM {t}[| WHERE {c} = {n}| LIMIT {n}]",
        c=_COLUMN(draw), d=pseudo_word(draw), t=_TABLE.value(draw), n=str(draw.integer(2, 99)),
    )  # fmt: skip


_JOB = of("nurse", "clerk", "driver", "welder", "designer", "painter", "guard", "mechanic", "manager", "cleaner")
_DEVICE = of("press", "lathe", "mixer", "welder", "grinder", "cutter", "packer", "crusher", "loom", "shredder")
_COLUMN = _or_word("price", "age", "year", "total", "size", "weight")
_ORDER = Slot("order order_id order_number", code)
_PRODUCT = Slot("product item article", item)
_WAREHOUSE = Slot("warehouse location where", place)
_BOXES = Slot("boxes count quantity", count(2, 900), INTEGER)
_EMPLOYEE = Slot("employee person name", person)
_PATIENT = Slot("patient person name", person)
_INVOICE = Slot("invoice invoice_number number", code)
_POLICY = Slot("policy policy_number contract", code)
_CAR = Slot("car plate vehicle", code)
_MACHINE = Slot("machine name which", _DEVICE)
_HALL = Slot("hall hall_number", count(1, 40), INTEGER)
_SERVER = Slot("server host machine", pseudo_word)
_IP = Slot("address ip ip_address", lambda draw: ".".join(str(draw.rng.randint(1, 254)) for _ in range(4)))
_TABLE = Slot("table table_name which_table", _or_word("orders", "customers", "invoices", "staff", "products"))
_SHEET = Slot("sheet file spreadsheet", _named("xlsx", "ods"))
_CELL = Slot("cell cell_name where", lambda draw: f"{draw.pick('ABCDEFGHK')}{draw.integer(1, 99)}")
_ISSUE = Slot("issue issue_number number", count(2, 9000), INTEGER)
_MEMBER = Slot("person user member", person)
_CHANNEL = Slot("channel room where", pseudo_word)
_GUEST = Slot("guest person name", person)
_ROOM = Slot("room room_number", count(2, 900), INTEGER)

ROWS: tuple[Row, ...] = (
    Row("td_order_total", "order_total get_order_total order_sum order_price", "[Tell what an order costs in total|Get "
     "the total of an order|Look up the sum of an order]", "=total", "[What is the total of the order {a}?|How much "
     "does the order {a} cost?|<look up the total of order {a}>|How many dollars is order {a} worth?|I need to know "
     "what the order {a} costs in all.]", (_ORDER,)),
    Row("td_refund", "refund_order refund pay_back issue_refund", "[Refund an order|Pay money back for an order|Give a "
     "customer money back]", "refund", "[<refund {b} dollars for the order {a}{c}>|<pay back {b} dollars of the order "
     "{a}{c}>|The customer of order {a} should get {b} dollars back{c}.|For the order {a} we have to give back {b} "
     "dollars{c}.|We owe {b} dollars to the customer of order {a}{c}.]", (_ORDER, Slot("amount sum dollars", decimal,
     NUMBER), Slot("reason cause why", *enum("broken", "late", "wrong", "missing"), said=" because it was {}"))),
    Row("td_inventory", "inventory inventory_level units_left", "[Tell how much of a product is in a warehouse|Get the "
     "inventory of a product]", "=count", "[How many boxes of {a} are left in the {b} warehouse?|<check how many boxes "
     "of {a} the warehouse in {b} has>|How much is left of the {a} in the {b} warehouse?|Do we have any {a} left in "
     "the warehouse in {b}?|<count the boxes of {a} in the {b} warehouse>]", (_PRODUCT, _WAREHOUSE)),
    Row("td_goods_in", "receive_goods goods_in add_inventory book_in", "[Record goods that came into a warehouse|Book "
     "goods into a warehouse]", "entry", "[{a} boxes of {b} arrived at the {c} warehouse.|<book {a} boxes of {b} into "
     "the {c} warehouse>|The {c} warehouse has got {a} new boxes of {b}.|A truck brought {a} boxes of {b} to the {c} "
     "warehouse.|<record that {a} boxes of {b} came into the warehouse in {c}>]", (_BOXES, _PRODUCT, _WAREHOUSE)),
    Row("td_goods_out", "goods_out remove_inventory book_out take_goods", "[Record goods that left a warehouse|Book "
     "goods out of a warehouse]", "entry", "[{a} boxes of {b} left the {c} warehouse.|<book {a} boxes of {b} out of "
     "the {c} warehouse>|<take {a} boxes of {b} out of the warehouse in {c}>|A truck took away {a} boxes of {b} from "
     "the {c} warehouse.|We took {a} boxes of {b} from the warehouse in {c}.]", (_BOXES, _PRODUCT, _WAREHOUSE)),
    Row("td_minimum", "set_minimum minimum_level reorder_level reorder_point", "[Set how many packs of a product must "
     "be there at least|Set the level at which a product is ordered again]", "level", "[<set the minimum of {a} to {b} "
     "packs>|There should always be at least {b} packs of {a}.|<order more {a} whenever there are fewer than {b} "
     "packs>|We must never have fewer than {b} packs of {a}.|<keep at least {b} packs of {a}>]", (_PRODUCT,
     Slot("minimum packs level", count(2, 600), INTEGER))),
    Row("td_supplier", "find_supplier supplier who_supplies supplier_of", "[Find the supplier of a product|Tell which "
     "company supplies a product]", "=supplier", "[Who supplies us with {a}?|From which company do we buy {a}?|<find "
     "the supplier of {a}>|<look up who sells us {a}>|We are out of {a}, which supplier can help?]", (_PRODUCT,)),
    Row("td_price", "set_price change_price price_tag new_price",
     "[Set the price of a product|Change what a product costs]", "price", "[<set the price of {a} to {b} dollars{c}>|"
     "<sell {a} for {b} dollars{c}>|The {a} should cost {b} dollars{c}.|The new price of {a} is {b} dollars{c}.|I want "
     "customers to pay {b} dollars for {a}{c}.]", (_PRODUCT, Slot("price dollars amount", decimal, NUMBER),
     Slot("start from_date", date, said=" from {} on"))),
    Row("td_lead", "add_lead lead new_lead create_lead", "[Add a possible customer|Add a lead to the customer list]",
     "lead", "[<add {a} from {b} as a lead>|{a} of {b} wants to hear about our products.|New lead: {a} of {b}.|<put "
     "{a} of {b} on the list of leads>|{a} from {b} could become a customer.]", (Slot("person contact name", person),
     Slot("company firm organization", company))),
    Row("td_since", "customer_since client_since first_order", "[Tell since when a company is a customer|Get the date "
     "when a customer joined]", "=date", "[Since when is {a} a customer?|<look up since when {a} is a customer>|When "
     "did {a} become our customer?|How long has {a} been buying from us?|<check when the customer {a} joined us>]",
     (Slot("customer client company", company),)),
    Row("td_deal", "move_deal set_deal_stage deal_stage update_deal",
     "[Move a deal to another stage|Set the stage of a sale]", "deal", "[<move the deal {a} to {b}>|<set the stage of "
     "the deal {a} to {b}>|The deal {a} is now in the stage {b}.|The {a} deal should be marked as {b}.|I want the {a} "
     "deal in the stage {b}.]", (Slot("deal sale name", name), Slot("stage state phase", *enum("contacted", "offer",
     "talks", "won", "lost")))),
    Row("td_hire", "hire_employee hire add_employee new_employee", "[Hire somebody|Add a new employee to the staff]",
     "employee", "[<hire {a} as a {b}{c}>|{a} joins the staff as a {b}{c}.|Our new {b} is {a}{c}.|{a} got the job of "
     "{b}{c}.|<add {a} to the staff as a {b}{c}>|The company gets a new {b}, {a}{c}.]", (_EMPLOYEE,
     Slot("job position role", _JOB), Slot("start start_date first_day", date, said=", starting {}"))),
    Row("td_dismiss", "end_employment dismiss remove_employee employee_leaves", "[End the employment of somebody|"
     "Record that an employee leaves the company]", "record", "[{a} leaves the company on {b}.|<end the employment of "
     "{a} on {b}>|The last working day of {a} is {b}.|{a} has quit and stops working here on {b}.|<take {a} off the "
     "staff on {b}>]", (_EMPLOYEE, Slot("date last_day end", day))),
    Row("td_salary", "set_salary salary change_salary pay_rise", "[Set the salary of an employee|Change what an "
     "employee earns]", "salary", "[<set the salary of {a} to {b} dollars{c}>|{a} should earn {b} dollars{c}.|The new "
     "salary of {a} is {b} dollars{c}.|<raise the salary of {a} to {b} dollars{c}>|{a} works hard and should earn {b} "
     "dollars{c}.]", (_EMPLOYEE, Slot("salary amount dollars", count(1500, 9000), INTEGER),
     Slot("start from_date since", date, said=" from {} on"))),
    Row("td_shift", "assign_shift shift plan_shift work_shift", "[Put an employee on a shift|Plan who works a shift]",
     "shift", "[<put {a} on the {b} shift on {c}>|{a} works the {b} shift on {c}.|<assign {a} to the {b} shift on {c}>|"
     "On {c} the {b} shift is for {a}.|We need {a} for the {b} shift on {c}.]", (_EMPLOYEE, Slot("shift kind which",
     *enum("early", "late", "night")), Slot("date day on", day))),
    Row("td_days_off", "vacation_left days_off_left leave_balance remaining_vacation", "[Tell how many vacation days "
     "an employee has left|Get the days off that somebody still has]", "=number of days", "[How many vacation days "
     "does {a} have left{b}?|<look up how many days off {a} still has{b}>|Does {a} have any vacation left{b}?|How many "
     "more days can {a} take off{b}?|<check the vacation days of {a}{b}>]", (_EMPLOYEE, Slot("year", count(2020, 2040),
     INTEGER, said=" in {}"))),
    Row("td_paid", "mark_paid invoice_paid set_paid book_payment",
     "[Mark an invoice as paid|Record that an invoice was paid]", "payment", "[The invoice {a} was paid{b}.|<mark the "
     "invoice {a} as paid{b}>|We got the money for the invoice {a}{b}.|The customer paid invoice {a}{b}.|The money for "
     "invoice {a} came in{b}.]", (_INVOICE, Slot("date day paid_on", day, said=" on {}"))),
    Row("td_void", "cancel_invoice void_invoice delete_invoice withdraw_invoice",
     "[Cancel an invoice|Make an invoice void]", "invoice", "[<cancel the invoice {a}>|<make invoice {a} void>|The "
     "invoice {a} is wrong, cancel it.|Nobody has to pay the invoice {a} any more.|The invoice {a} was a mistake, take "
     "it back.]", (_INVOICE,)),
    Row("td_due", "invoice_due due_date payment_deadline when_due", "[Tell when an invoice is due|Get the day until "
     "which an invoice has to be paid]", "=due date", "[When is the invoice {a} due?|Until when do we have to pay the "
     "invoice {a}?|<look up the due date of invoice {a}>|What is the last day to pay invoice {a}?|How much time is "
     "left to pay the invoice {a}?]", (_INVOICE,)),
    Row("td_expense", "book_expense expense add_expense log_expense", "[Book an expense of the company|Add something "
     "to the expenses]", "expense", "[<book an expense of {b} dollars for {a}{c}>|We spent {b} dollars on {a}{c}.|The "
     "company paid {b} dollars for {a}{c}.|<add {b} dollars for {a} to the expenses{c}>|The expenses for {a} were {b} "
     "dollars{c}.]", (Slot("category kind what_for", of("travel", "office paper", "rent", "stamps", "cleaning",
     "training", "software", "repairs")), Slot("amount sum dollars", decimal, NUMBER), Slot("receipt receipt_number",
     code, said=", receipt {}"))),
    Row("td_revenue", "get_revenue revenue sales_total turnover", "[Get the revenue of a month|Tell how much the "
     "company sold in a month]", "=revenue", "[What was the revenue in {a}{b}?|How much did we sell in {a}{b}?|<look "
     "up the revenue of {a}{b}>|How much money did we make in {a}{b}?|Was {a} a good month{b}?]", (Slot("month period",
     of(*MONTHS)), Slot("branch store shop", place, said=" at the {} branch"))),
    Row("td_policy_end", "policy_end policy_expiry", "[Tell when an insurance policy ends|Get the last day of a "
     "policy]", "=date", "[When does the policy {a} end?|Until when is the policy {a} valid?|<look up the end of the "
     "insurance policy {a}>|How long are we insured under the policy {a}?|<check when the policy {a} runs out>]",
     (_POLICY,)),
    Row("td_driver", "add_driver insured_driver new_driver driver", "[Add a driver to a car insurance|Let one more "
     "person drive under a policy]", "driver", "[<add {a} as a driver to the policy {b}>|{a} should be insured as a "
     "driver under the policy {b}.|Under the policy {b}, {a} wants to drive the car too.|The car policy {b} gets one "
     "more driver, {a}.|<insure {a} as a driver under the policy {b}>]", (Slot("driver person name", person), _POLICY)),
    Row("td_hearing", "hearing_date court_hearing next_hearing case_date", "[Tell when a case is heard in court|Get "
     "the date of a hearing]", "=date", "[When is the hearing of the case {a}?|On which day is the case {a} in court?|"
     "<look up the hearing of the case {a}>|When do we have to be in court for the case {a}?|<check when the case {a} "
     "goes to court>]", (Slot("case case_number file_number", code),)),
    Row("td_case", "open_case new_case start_case case", "[Open a law case for a client|Start a case against somebody]",
     "case", "[<open a case for {a} against {b}{c}>|{a} wants to go to court against {b}{c}.|Our client {a} has "
     "trouble with {b}{c}, open a case.|<start a case against {b} for our client {a}{c}>|The lawyers should act for "
     "{a} against {b}{c}.]", (Slot("client person for_whom", person), Slot("against opponent company", company),
     Slot("matter reason about", of("rent", "wages", "noise", "damage", "debts", "land"), said=" over {}"))),
    Row("td_doctor", "book_doctor doctor_appointment patient_appointment see_doctor", "[Book an appointment with a "
     "doctor|Give a patient an appointment]", "appointment", "[<book doctor {b} for {a} at {c}>|The patient {a} wants "
     "to see doctor {b} at {c}.|<make an appointment for {a} with doctor {b} at {c}>|Doctor {b} should see {a} at {c}.|"
     "At {c} the patient {a} comes to doctor {b}.]", (_PATIENT, Slot("doctor physician with", name),
     Slot("time at when", time))),
    Row("td_referral", "refer_patient referral send_to_specialist", "[Refer a patient to a specialist|Send a patient "
     "to another doctor]", "referral", "[<refer {a} to the {b} specialist>|<send the patient {a} to the {b} "
     "specialist>|The patient {a} needs the {b} specialist.|The {b} specialist has to look at {a}.|<write a referral "
     "to the {b} specialist for {a}>]", (_PATIENT, Slot("specialist field kind", of("heart", "skin", "eye", "bone",
     "ear", "lung", "kidney", "foot")))),
    Row("td_lab", "lab_result lab_value blood_test test_result", "[Get a lab value of a patient|Tell the result of a "
     "blood test]", "=value", "[What is the {b} value of the patient {a}?|<look up the {b} test of {a}>|How was the "
     "{b} test of {a}?|What did the lab find for the {b} of {a}?|<get the {b} value of {a} from the lab>]", (_PATIENT,
     Slot("test value_name which", of("iron", "sugar", "vitamin", "protein", "calcium", "salt", "liver")))),
    Row("td_start", "start_machine machine_on run_machine begin_production", "[Start a machine in the factory|Let a "
     "machine in a hall run]", "start", "[<start the {a} in hall {b}>|The {a} in hall {b} stands still, start it.|The "
     "{a} in hall {b} should be running.|<put the {a} in hall {b} to work>|The shift begins, we need the {a} in hall "
     "{b} to run.]", (_MACHINE, _HALL)),
    Row("td_stop", "stop_machine machine_off halt_machine end_production", "[Stop a machine in the factory|Let a "
     "machine in a hall stand still]", "stop", "[<stop the {a} in hall {b}>|Something is stuck in the {a} in hall {b}, "
     "stop it.|The {a} in hall {b} has to stand still.|The {a} in hall {b} must not run any more.|The shift is over, "
     "stop the {a} in hall {b}.]", (_MACHINE, _HALL)),
    Row("td_output", "machine_output parts_made production output_count", "[Tell how many parts a machine made|Get the "
     "output of a machine]", "=output", "[How many parts did the {a} make{b}?|<count the parts from the {a}{b}>|What "
     "was the output of the {a}{b}?|<check how much the {a} produced{b}>|How many pieces came out of the {a}{b}?]",
     (_MACHINE, Slot("date day on", day, said=" on {}"))),
    Row("td_belt", "set_belt_speed belt_speed conveyor_speed belt", "[Set the speed of a conveyor belt|Make a conveyor "
     "belt faster or slower]", "setting", "[<set belt {a} to {b} meters per minute>|Belt {a} should move {b} meters "
     "per minute.|<let belt {a} run at {b} meters per minute>|Belt {a} is too slow, make it {b} meters per minute.|"
     "I want {b} meters per minute on belt {a}.]", (Slot("belt belt_code conveyor", code),
     Slot("speed meters_per_minute value", decimal, NUMBER))),
    Row("td_oil", "last_oil_change oil_change oil_service", "[Tell when the oil of a car was changed|Get the date of "
     "the last oil change]", "=date", "[When was the oil of the car {a} changed?|<look up the last oil change of the "
     "car {a}>|How old is the oil in the car {a}?|When did the car {a} get new oil?|<check when the oil in {a} was "
     "changed>]", (_CAR,)),
    Row("td_repair", "order_repair repair_car replace_part fix_car",
     "[Have a part of a car repaired|Order the repair of a car]", "repair", "[<repair the {b} of the car {a}{c}>|The "
     "{b} of the car {a} is broken, repair it{c}.|<replace the {b} of the car {a}{c}>|The car {a} needs a new {b}{c}.|"
     "The car {a} came in with a bad {b}, fix it{c}.]", (_CAR, Slot("part what component", of("clutch", "battery",
     "exhaust", "bumper", "gearbox", "radiator", "horn", "starter")), Slot("until deadline", date, said=" by {}"))),
    Row("td_sql", "run_query sql query_database execute_sql", "[Run an SQL query|Run a query on the database]",
     "=result", "[<run the query {a}>|<run this query: {a}>|What is the result of {a}?|<send this query to the "
     "database: {a}>|What does the database say to {a}?]", (Slot("query sql statement", _query),)),
    Row("td_index", "create_index add_index new_index index_column", "[Create an index on a column of a table|Add an "
     "index to a table, unique or not]", "index", "[<create an index on the column {b} of {a} that is {c}>|The column "
     "{b} in the table {a} needs an index that is {c}.|<add an index that is {c} to the table {a} on {b}>|It takes "
     "long to find a {b} in the table {a}, add an index that is {c}.|The index on {b} in the table {a} should be {c}.]",
     (_TABLE, Slot("column field on_column", _COLUMN), either("unique", "not unique", "unique is_unique",
     "Whether it is unique."))),
    Row("td_largest", "largest_value column_maximum max_value highest_value", "[Get the largest value in a column of a "
     "table|Tell the maximum of a column]", "=largest value", "[What is the largest {b} in the table {a}?|<find the "
     "highest {b} in the table {a}>|How high does the {b} get in the table {a}?|<get the maximum of the column {b} of "
     "{a}>|Which is the biggest {b} in the table {a}?]", (_TABLE, Slot("column field of_column", _COLUMN))),
    Row("td_new_server", "create_server launch_server new_server add_server", "[Create a server in the cloud|Launch a "
     "new server in a place]", "server", "[<create a server {a} in {b} with {c} GB>|<launch a server called {a} with "
     "{c} GB in {b}>|I need a new server in {b} named {a} with {c} GB.|We need one more server, {a}, in {b} with {c} "
     "GB.|There should be a new server {a} with {c} GB in {b}.]", (Slot("name server server_name", pseudo_word),
     Slot("region location place", place), Slot("memory gigabytes gb", count(2, 512), INTEGER))),
    Row("td_load", "cpu_load server_load cpu_usage get_load", "[Tell the CPU load of a server|Check how busy a server "
     "is]", "=load", "[What is the CPU load of the server {a}?|How busy is the server {a}?|<check the load of the "
     "server {a}>|The server {a} is slow, how high is its load?|How much CPU does {a} use?]", (_SERVER,)),
    Row("td_alert", "create_alert alert_rule alert_when add_alert", "[Create an alert for a server|Warn the user when "
     "a server uses too much]", "alert", "[<create an alert for {b} over {c} percent on {a}>|I want an alert if the "
     "{b} of the server {a} goes above {c} percent.|When the {b} on {a} is above {c} percent, I must know.|Warn me as "
     "soon as the {b} of {a} is over {c} percent.|<watch the server {a} for {b} over {c} percent>]", (_SERVER,
     Slot("measure metric what", *enum("memory", "cpu", "disk", "traffic")), Slot("percent limit threshold", count(20,
     99), INTEGER))),
    Row("td_on_call", "on_call who_is_on_call duty_plan person_on_duty", "[Tell who is on call for a service|Get the "
     "person on duty]", "=person on call", "[Who is on call for {a}{b}?|<find out who is on duty for {a}{b}>|Who takes "
     "care of {a} in an emergency{b}?|Whom can we wake up if {a} breaks{b}?|<check who is on call for {a}{b}>]",
     (Slot("service system app", pseudo_word), Slot("date day on", day, said=" on {}"))),
    Row("td_ping", "ping ping_host latency reach_host", "[Ping a host|Tell how fast a host answers]", "=latency",
     "[<ping {a}>|How fast does {a} answer?|Does the host {a} answer?|<check if {a} can be reached>|What is the "
     "latency of {a}?]", (_IP,)),
    Row("td_block", "block_ip block_address deny_address ban_ip",
     "[Block an address in the network|Keep an IP address out]", "rule", "[<block {a}{b}>|<block the address {a}{b}>|"
     "Nobody should come in from {a}{b}.|The address {a} attacks us, block it{b}.|<keep {a} out of our network{b}>]",
     (_IP, Slot("hours duration", count(2, 90), INTEGER, said=" for {} hours"))),
    Row("td_unblock", "unblock_ip allow_address unblock_address permit_ip", "[Unblock an address in the network|Let an "
     "IP address in again]", "rule", "[<unblock {a}>|<allow the address {a} again>|The address {a} may come in again.|"
     "The address {a} was blocked by mistake, let it in.|<let {a} back into our network>]", (_IP,)),
    Row("td_cell", "set_cell write_cell fill_cell update_cell", "[Write a number into a cell of a sheet|Set a cell of "
     "a spreadsheet]", "cell", "[<put {b} into cell {a} of {c}>|<write {b} into {a} of the sheet {c}>|Cell {a} of {c} "
     "should be {b}.|In the sheet {c} the cell {a} has to show {b}.|<set {a} in {c} to {b}>]", (_CELL,
     Slot("value number content", decimal, NUMBER), _SHEET)),
    Row("td_read_cell", "get_cell read_cell cell_value", "[Read a cell of a sheet|Get what is in a cell of a "
     "spreadsheet]", "=value", "[What is in cell {a} of {b}?|<read the cell {a} of {b}>|Which value does the cell {a} "
     "have in the sheet {b}?|<look up {a} in the sheet {b}>|What does {b} say in the cell {a}?]", (_CELL, _SHEET)),
    Row("td_sort", "sort_sheet sort_rows sort_table order_rows", "[Sort the rows of a sheet|Put the rows of a "
     "spreadsheet in order]", "sheet", "[<sort {a} by {b} in {c} order>|The sheet {a} should be sorted by {b}, {c}.|"
     "<put the rows of {a} in {c} order by {b}>|I want the sheet {a} in {c} order of {b}.|The rows of {a} are in no "
     "order, sort them by {b}, {c}.]", (_SHEET, Slot("column field by", _COLUMN), Slot("order direction",
     *enum("ascending", "descending")))),
    Row("td_slide", "add_slide new_slide create_slide slide", "[Add a slide to a presentation|Make a new slide]",
     "slide", "[<add a slide about {b} to {a}{c}>|The presentation {a} needs one more slide about {b}{c}.|<make a "
     "slide about {b} in {a}{c}>|In {a} I want a slide on {b}{c}.|There is no slide about {b} in {a}, add one{c}.]",
     (Slot("presentation file slides", _named("pptx", "odp")), Slot("title topic about", _or_word("sales", "costs",
     "safety", "our plans", "next year", "new products")), Slot("position number place", count(2, 60), INTEGER,
     said=" as number {}"))),
    Row("td_close", "close_issue resolve_issue finish_issue issue_done", "[Close an issue|Mark an issue as solved]",
     "issue", "[<close the issue {a}>|The issue {a} is solved.|Issue {a} is done, close it.|The problem in issue {a} "
     "is fixed now.|<mark the issue {a} as solved>]", (_ISSUE,)),
    Row("td_reopen", "reopen_issue open_issue_again issue_not_done", "[Open a closed issue again|Reopen an issue]",
     "issue", "[<reopen the issue {a}>|<open the issue {a} again>|Issue {a} is not solved after all.|The problem in "
     "issue {a} came back.|Issue {a} was closed too early.]", (_ISSUE,)),
    Row("td_assign", "assign_issue give_issue issue_owner set_assignee",
     "[Give an issue to somebody|Set who works on an issue]", "issue", "[<assign issue {a} to {b}>|<assign {b} to "
     "issue {a}>|{b} should work on issue {a}.|<give the issue {a} to {b}>|Nobody takes care of issue {a}, {b} should "
     "do it.]", (_ISSUE, Slot("person assignee user", person))),
    Row("td_channel", "create_channel new_channel make_channel chat_channel", "[Create a chat channel, private or not|"
     "Make a new channel in the team chat]", "channel", "[<create a {b} channel called {a}>|<make a {b} chat channel "
     "{a}>|We need a {b} chat channel named {a}.|The team wants to chat in a {b} channel called {a}.|There should be a "
     "new {b} channel with the name {a}.]", (Slot("name channel title", pseudo_word), either("private", "public",
     "private is_private", "True if it is private."))),
    Row("td_invite", "invite_to_channel add_to_channel invite_member channel_invite", "[Invite somebody to a chat "
     "channel|Add a person to a channel]", "invitation", "[<invite {a} to the channel {b}>|{a} should be in the "
     "channel {b}.|<add {a} to the chat channel {b}>|<let {a} into the {b} channel>|{a} wants to read the {b} channel "
     "too.]", (_MEMBER, _CHANNEL)),
    Row("td_kick", "remove_from_channel kick take_out_of_channel channel_remove", "[Remove somebody from a chat "
     "channel|Take a person out of a channel]", "member", "[<remove {a} from the channel {b}>|<take {a} out of the "
     "chat channel {b}>|{a} should not be in the channel {b} any more.|<throw {a} out of the {b} channel>|{a} has "
     "nothing to do in the {b} channel any longer.]", (_MEMBER, _CHANNEL)),
    Row("td_visits", "site_visits page_views count_visits visitors", "[Tell how many people visited a site|Count the "
     "visits of a page]", "=count", "[How many people visited {a}{b}?|<count the visitors of {a}{b}>|How many visits "
     "did {a} get{b}?|<look up the page views of {a}{b}>|Did many people look at {a}{b}?]", (Slot("page site url",
     _named("com", "org", "net", "io")), Slot("month period", of(*MONTHS), said=" in {}"))),
    Row("td_answers", "survey_answers count_answers survey_responses", "[Tell how many people answered a survey|Count "
     "the answers to a survey]", "=count", "[How many people answered the survey {a}?|<count the answers to the survey "
     "{a}>|How many answers did the {a} survey get?|<check how many people took the survey {a}>|Has anybody answered "
     "the survey {a} yet?]", (Slot("survey name title", name),)),
    Row("td_campaign", "set_campaign pause_campaign campaign_state ad_campaign", "[Pause an ad campaign or let it run|"
     "Set whether a campaign is paused]", "campaign", "[The campaign {a} should be {b}.|<make sure the campaign {a} is "
     "{b}>|I want the ads of the campaign {a} to be {b}.|<keep the {a} campaign {b}>|From now on the {a} campaign has "
     "to be {b}.]", (Slot("campaign name ads", name), either("paused", "running", "paused is_paused pause",
     "Whether it is paused."))),
    Row("td_flyers", "print_flyers order_flyers flyers print_leaflets", "[Print flyers for a customer|Order flyers at "
     "the printing house]", "order", "[<print {a} flyers for {b} that are {c}>|The customer {b} orders {a} flyers that "
     "are {c}.|We need {a} {c} flyers for {b}.|The {a} flyers for {b} should be {c}.|<make {a} {c} flyers for {b}>]",
     (Slot("count number pieces", count(20, 9000), INTEGER), Slot("customer company client", company),
     either("double-sided", "single-sided", "double_sided both_sides"))),
    Row("td_guest_in", "check_in_guest guest_check_in guest_arrives give_room", "[Check a guest into a hotel room|"
     "Record that a guest of the hotel has arrived]", "check-in", "[<check {a} into room {b}{c}>|The guest {a} is here "
     "and gets room {b}{c}.|<give {a} room {b}{c}>|A guest has arrived, {a} takes room {b}{c}.|{a} moves into room "
     "{b}{c}.]", (_GUEST, _ROOM, Slot("nights duration", count(2, 30), INTEGER, said=" for {} nights"))),
    Row("td_guest_out", "check_out_guest guest_check_out guest_leaves free_room", "[Check a guest out of a hotel room|"
     "Record that a guest of the hotel has left]", "check-out", "[<check {a} out of room {b}>|The guest {a} leaves "
     "room {b}.|{a} has gone home from room {b}.|Room {b} is free again, {a} has left.|{a} moves out of room {b}.]",
     (_GUEST, _ROOM)),
    Row("td_room_rate", "room_rate room_price night_price", "[Tell what a hotel room costs on a day|Get the price of a "
     "kind of room]", "=price", "[What does a {a} room cost on {b}?|<look up the price of a {a} room on {b}>|How much "
     "is a {a} room for the night of {b}?|A guest wants a {a} room on {b}, how much is that?|<check the {a} room rate "
     "of {b}>]", (Slot("room kind room_type", *enum("single", "double", "family", "twin")), Slot("date day night",
     day))),
    Row("td_elevator", "elevator_service set_elevator elevator_state", "[Put an elevator into or out of service|Set "
     "whether an elevator is in service]", "elevator", "[<make sure the {a} elevator is {b}>|The {a} elevator should "
     "be {b}.|I want the {a} elevator to be {b}.|<keep the {a} elevator {b}>|The {a} elevator of the building has to "
     "be {b}.]", (Slot("elevator which name", of("left", "right", "north", "south", "main", "small", "big", "old",
     "new")), either("in service", "out of service", "in_service active running"))),
    Row("td_usage", "energy_usage power_usage meter_usage consumption", "[Tell how much energy a meter counted|Get the "
     "energy usage of a month]", "=usage", "[How much energy did the meter {a} count in {b}?|<look up the energy usage "
     "of meter {a} in {b}>|What was the usage on the meter {a} in {b}?|<check how much power went through the meter "
     "{a} in {b}>|Did we use much power in {b}, going by the meter {a}?]", (Slot("meter meter_number id", code),
     Slot("month period", of(*MONTHS)))),
    Row("td_split", "split_pdf split_document cut_pdf split_file", "[Split a PDF into two files|Cut a document in two "
     "after a page]", "file", "[<split {a} after page {b}>|<cut the document {a} in two after page {b}>|The file {a} "
     "should become two files, split after page {b}.|After page {b} of {a} a new file should begin.|I want {a} in two "
     "parts, the first part ends with page {b}.]", (Slot("file document pdf", _named("pdf")),
     Slot("page after_page page_number", count(2, 300), INTEGER))),
    Row("td_compress", "compress_pdf compress shrink_file reduce_size", "[Compress a document|Make a PDF smaller]",
     "file", "[<compress {a} to {b} MB>|The file {a} is too big, make it {b} MB.|<shrink the document {a} to {b} MB>|"
     "I can only send {b} MB, shrink {a}.|The document {a} should not be over {b} MB.]", (Slot("file document pdf",
     _named("pdf", "pptx", "docx")), Slot("size megabytes max_size", count(1, 60), INTEGER, about="In MB."))),
    Row("td_restore", "restore_backup restore recover bring_back", "[Restore a database from a backup|Bring back a "
     "database as it was on a day]", "restore", "[<restore {a} from the backup of {b}>|<bring back the database {a} as "
     "it was on {b}>|The database {a} is lost, restore it from the backup of {b}.|I want the database {a} back as it "
     "was on {b}.|<go back to the backup of {b} for the database {a}>]", (Slot("database db name", pseudo_word),
     Slot("date day backup_date", day))),
    Row("td_forward", "forward_calls call_forwarding redirect_calls", "[Forward the calls of a person to another|Let "
     "one person take the calls of another]", "rule", "[<forward the calls of {a} to {b}{c}>|Whoever calls {a} should "
     "reach {b}{c}.|<send all calls for {a} to {b}{c}>|The calls for {a} go to {b}{c}.|{a} is away, {b} takes the "
     "calls{c}.]", (Slot("person from_person owner", person, about="Who is called."), Slot("target to_person receiver",
     person, about="Who takes the calls."), Slot("until end end_date", date, said=" until {}"))),
    Row("td_arm", "move_arm robot_arm arm_to position_arm", "[Move the arm of a robot to a point|Bring the robot arm "
     "into a position]", "move", "[<move the robot arm to {a}, {b}, {c}>|The robot arm should go to {a}, {b}, {c}.|"
     "<bring the robot arm to x {a}, y {b} and z {c}>|The arm has to be at x {a}, y {b}, z {c}.|I want the robot arm "
     "at {a}, {b}, {c}.]", (Slot("x pos_x x_position", decimal, NUMBER), Slot("y pos_y y_position", decimal, NUMBER),
     Slot("z pos_z height", decimal, NUMBER))),
    Row("td_model", "print_model print_3d three_d_print make_model", "[Print a model on the 3-D printer|Make a thing "
     "with the 3-D printer]", "print", "[<print the model {a} in {b}{c}>|<make {a} out of {b} on the 3-D printer{c}>|"
     "The 3-D printer should print {a} in {b}{c}.|I want the model {a} in {b}{c}.|We need the part {a} made of "
     "{b}{c}.]", (Slot("model file part", _named("stl", "obj")), Slot("material made_of", *enum("nylon", "resin",
     "rubber", "plastic")), Slot("copies count times", count(2, 40), INTEGER, said=", {} times"))),
    Row("td_shorten", "shorten_clothes shorten alter tailor", "[Shorten a piece of clothing|Let the tailor make "
     "clothes shorter]", "order", "[<shorten the {a} by {b} cm{c}>|The {a} is too long, take off {b} cm{c}.|<make the "
     "{a} {b} cm shorter{c}>|The {a} should be {b} cm shorter{c}.|The tailor has to cut {b} cm off the {a}{c}.]",
     (Slot("garment what piece", of("skirt", "coat", "dress", "jacket", "shirt", "gown", "sleeve", "robe")),
     Slot("length cm by", count(2, 30), INTEGER), Slot("customer person for_whom", person, said=" for {}"))),
    Row("td_concrete", "order_concrete concrete concrete_truck", "[Order concrete for a building site|Send concrete to "
     "a site]", "order", "[<order {a} cubic meters of concrete for {b} at {c}>|The site in {b} needs {a} cubic meters "
     "of concrete at {c}.|<send {a} cubic meters of concrete to the {b} site at {c}>|At {c} we pour {a} cubic meters "
     "of concrete in {b}.|The builders in {b} want {a} cubic meters of concrete at {c}.]",
     (Slot("volume amount cubic_meters", decimal, NUMBER), Slot("site place where", place), Slot("time at when",
     time))),
    Row("td_rent", "average_rent rent_level get_rent", "[Tell the rent of flats in a city|Get what a flat costs in a "
     "place]", "=rent", "[What is the rent of a flat with {b} rooms in {a}?|How much is a flat with {b} rooms in {a}?|"
     "<look up the rent for {b} rooms in {a}>|What would we pay for a flat in {a} with {b} rooms?|<check what flats "
     "with {b} rooms cost in {a}>]", (Slot("city place town", place), Slot("rooms size room_count", count(2, 9),
     INTEGER))),
    Row("td_viewing", "book_viewing arrange_viewing show_flat viewing", "[Arrange the viewing of a flat|Let somebody "
     "see a flat that is for rent]", "viewing", "[<show the flat {b} to {a} on {c}>|{a} wants to see the flat {b} on "
     "{c}.|<arrange a viewing of flat {b} for {a} on {c}>|On {c} the flat {b} is shown to {a}.|{a} comes to look at "
     "the flat {b} on {c}.]", (Slot("person visitor client", person), Slot("flat flat_number home", code),
     Slot("date day on", day))),
    Row("td_card_limit", "set_card_limit card_limit spending_limit", "[Set the limit of a bank card|Change how much "
     "may be spent with a card]", "limit", "[<set the limit of my {a} card to {b} dollars{c}>|My {a} card should have "
     "a limit of {b} dollars{c}.|I never want to spend more than {b} dollars{c} with the {a} card.|The limit of the "
     "{a} card is too low, make it {b} dollars{c}.|Nobody should spend over {b} dollars{c} with the {a} card.]",
     (Slot("card which kind", of("credit", "debit", "company", "family", "travel", "student", "gold")),
     Slot("limit amount dollars", count(50, 9000), INTEGER), Slot("period per each", *enum("day", "week", "month"),
     said=" per {}"))),
    Row("td_standing", "standing_order regular_payment repeat_payment",
     "[Set up a standing order|Pay somebody again and again]", "standing order", "[<pay {b} dollars to {a} every {c}>|"
     "{a} should get {b} dollars every {c}.|<send {b} dollars to {a} each {c}>|Every {c} I have to pay {a} {b} "
     "dollars.|<set up a standing order of {b} dollars for {a} every {c}>]", (Slot("recipient to person", person),
     Slot("amount sum dollars", decimal, NUMBER), Slot("period every interval", *enum("week", "month", "quarter",
     "year")))),
)  # fmt: skip

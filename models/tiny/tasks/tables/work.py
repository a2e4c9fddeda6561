"""Tools for the things of work: offices, teams, code and servers."""

from __future__ import annotations

from models.tiny.tasks.base import Draw
from models.tiny.tasks.roles import message_text
from models.tiny.tasks.tables.slots import Row, Slot, company, count, day, decimal, either, enum, file, of, word
from models.tiny.tasks.toolbox import INTEGER, NUMBER
from models.tiny.tasks.words import date, person, pseudo_word, time

__all__ = ["ROWS"]


def _domain(draw: Draw) -> str:
    return f"{pseudo_word(draw)}.{draw.pick(('com', 'org', 'net', 'io', 'dev'))}"


def _path(draw: Draw) -> str:
    return f"/{pseudo_word(draw)}"


def _source(draw: Draw) -> str:
    return f"{pseudo_word(draw)}.{draw.pick(('py', 'js', 'java', 'go', 'c', 'rs', 'css'))}"


def _version(draw: Draw) -> str:
    return ".".join(str(draw.rng.randint(0, 12)) for _ in range(draw.pick((2, 3))))


def _team(draw: Draw) -> str:
    teams = ("sales", "design", "support", "research", "finance", "platform", "data", "legal", "marketing", "mobile")
    return draw.pick(teams) if draw.chance(0.6) else pseudo_word(draw)


def _trouble(draw: Draw) -> str:
    return draw.free(
        "[the {w} crashes|{w} is too slow|the {w} button does nothing|cannot open {w}|wrong number in {w}|the {w} page "
        "stays empty|login fails after {n} tries|{w} forgets its settings|the {w} test fails]",
        w=pseudo_word(draw), n=str(draw.integer(2, 40)),
    )  # fmt: skip


ROWS: tuple[Row, ...] = (
    Row("wk_restart", "restart_server reboot_server server_restart reboot",
     "[Restart a server|Reboot a server of the company|Shut a server down and start it again]", "restart",
     "[<restart the server {a}{b}>|<reboot {a}{b}>|<restart the {a} server{b}>|The server {a} hangs, restart it{b}.|"
     "The {a} server needs a restart{b}.|Can the server {a} be restarted{b}?|I would like a reboot of {a}{b}.]",
     (Slot("server host machine", word), Slot("time at when", time, said=" at {}"))),
    Row("wk_deploy", "deploy deploy_app release_version roll_out",
     "[Deploy a version of an app|Release a version of a program to an environment]", "deployment",
     "[<deploy version {b} of {a} to {c}>|<deploy {a} {b} to {c}>|<roll out {a} in version {b} on {c}>|On {c} we need "
     "version {b} of {a}.|Version {b} of {a} is ready for {c}, deploy it.|Can you release {b} of {a} to {c}?|The {c} "
     "environment should get {a} in version {b}.]",
     (Slot("app program service project", word, about="What is deployed."), Slot("version release tag", _version),
      Slot("environment stage target", *enum("staging", "production", "testing"), about="Where it runs."))),
    Row("wk_scale", "scale_service scale set_instances set_replicas",
     "[Scale a service to a number of instances|Set how many instances a service has]", "service",
     "[<scale {a} to {b} instances>|<run {b} instances of {a}>|The service {a} needs {b} instances.|I want {b} "
     "instances of the service {a}.|How about {b} instances for {a}?|<give the {a} service {b} instances>|There is a "
     "lot to do for {a}, scale it to {b}.]",
     (Slot("service app deployment", word), Slot("instances replicas count", count(2, 80), INTEGER))),
    Row("wk_backup", "backup_database backup create_backup back_up",
     "[Make a backup of a database|Back up a database, encrypted or not]", "backup",
     "[<back up the database {a} so that it is {b}>|<make a backup of {a} that is {b}>|The backup of {a} should be "
     "{b}.|I need a backup of the {a} database, {b}.|Can I have a backup of {a} that is {b}?|For the database {a} the "
     "backup has to be {b}.]",
     (Slot("database db source", word), either("encrypted", "not encrypted", "encrypted encrypt is_encrypted"))),
    Row("wk_copy_table", "copy_table migrate_table transfer_table move_table",
     "[Copy a table between two databases|Copy a table from one database to another]", "copy",
     "[<copy the table {a} from {b} to {c}>|<copy the {a} table to {c} from {b}>|<transfer the table {a} from the "
     "database {b} to {c}>|The table {a} should go from {b} to {c}.|To the database {c} I want to copy the table {a} "
     "of {b}.|Can the {a} table be copied to {c} from {b}?|From {b} we need the table {a} in {c}.]",
     (Slot("table table_name which_table", word, about="The table."), Slot("source from_database origin", word,
      about="Where it is now."), Slot("target to_database destination", word, about="Where it goes."))),
    Row("wk_port", "set_port firewall port_rule configure_port",
     "[Set whether a port of a server is open|Open or close a port in the firewall]", "rule",
     "[<make sure port {a} on {b} is {c}>|<keep port {a} of the server {b} {c}>|Port {a} on {b} should be {c}.|On the "
     "server {b} port {a} has to be {c}.|I want port {a} {c} in the firewall of {b}.|The firewall of {b} should leave "
     "port {a} {c}.|Can the server {b} have port {a} {c}?]",
     (Slot("port number port_number", count(20, 9000), INTEGER), Slot("server host machine", word),
      either("open", "closed", "open is_open opened allow", "Whether it is open."))),
    Row("wk_role", "assign_role grant_role give_role set_role",
     "[Give somebody a role in a project|Assign a role to a member of a project]", "role",
     "[<give {a} the {b} role in {c}>|<assign {a} the role of {b} in the project {c}>|{a} should have the {b} role in "
     "{c}.|In the project {c} the role of {a} is {b}.|<make {a} a {b} of {c}>|The project {c} needs {a} in the {b} "
     "role.|Can {a} be a {b} in the project {c}?]",
     (Slot("person user member who", person), Slot("role rights level", *enum("reader", "writer", "manager", "guest")),
      Slot("project repository workspace", word))),
    Row("wk_two_factor", "set_two_factor two_factor two_factor_login security_code",
     "[Set whether two-factor login is required|Require two-factor login from somebody or not]", "setting",
     "[<make two-factor login {b} for {a}>|Two-factor login should be {b} for {a}.|Whenever {a} logs in, two-factor "
     "login should be {b}.|<keep two-factor {b} for the account of {a}>|I would like two-factor login to be {b} for "
     "{a}.|Can two-factor login be {b} for {a}?]",
     (Slot("user person account", person), either("required", "not required", "required mandatory enforced"))),
    Row("wk_api_key", "create_api_key api_key new_api_key issue_key",
     "[Create an API key for an app|Issue a key that works for some days]", "API key",
     "[<create an API key for {a} that works for {b} days>|<issue a key for {b} days to the app {a}>|The app {a} needs "
     "an API key for {b} days.|I need a {b} day key for {a}.|Can {a} have an API key for {b} days?|For {b} days {a} "
     "should have a key.]",
     (Slot("app client program", word), Slot("days valid_days lifetime", count(2, 365), INTEGER))),
    Row("wk_visitor", "register_visitor visitor announce_visitor visitor_badge",
     "[Register a visitor at the office|Announce a visitor of a company|Get a visitor a badge]", "badge",
     "[<register {a} from {b} as a visitor at {c}>|<announce a visitor at {c}, {a} of {b}>|At {c} we have a visitor "
     "from {b}, {a}.|{b} sends {a} as a visitor at {c}.|{a} from {b} will visit the office at {c}.|Can {a} of {b} get "
     "a badge for {c}?|I expect {a} from {b} at {c}.]",
     (Slot("visitor person guest", person), Slot("company firm organization", company), Slot("time at arrival", time))),
    Row("wk_meeting_room", "reserve_meeting_room meeting_room room_reservation reserve_room",
     "[Reserve a meeting room in the office|Keep a meeting room free for a team]", "reservation",
     "[<reserve the {a} meeting room for {b}{c}>|<reserve the {a} room for {b}{c}>|We need the {a} meeting room for {b}"
     "{c}.|For {b} I would like the {a} meeting room{c}.|Can we have the {a} room for {b}{c}?|My team wants to sit in "
     "the {a} room, reserve it for {b}{c}.]",
     (Slot("room which meeting_room", of("north", "south", "corner", "glass", "small", "upper", "quiet", "round")),
      Slot("date day when", date), Slot("hours duration length", count(2, 9), INTEGER, said=", {} hours"))),
    Row("wk_mute", "mute_participant set_muted mute microphone",
     "[Set whether somebody in a meeting is muted|Mute a person in a meeting or not]", "participant",
     "[<keep {a} {b} in the meeting>|<make sure {a} is {b} in the meeting>|{a} should be {b} during the meeting.|I "
     "want {a} to be {b}.|In this meeting {a} has to be {b}.|Can {a} be {b} while I present?]",
     (Slot("person participant who", person), either("muted", "not muted", "muted mute is_muted silent"))),
    Row("wk_team", "add_team_member join_team team_member add_to_team",
     "[Add somebody to a team|Make a person a member of a team]", "membership",
     "[<add {a} to the {b} team{c}>|<put {a} on the {b} team{c}>|{a} joins the {b} team{c}.|The {b} team gets a new "
     "member, {a}{c}.|Can {a} be a member of the {b} team{c}?|In the {b} team we need {a}{c}.|I want {a} to work with "
     "the {b} people{c}.]",
     (Slot("person member employee", person), Slot("team group department", _team),
      Slot("start start_date since", date, said=" starting {}"))),
    Row("wk_manager", "find_manager manager_of boss who_manages",
     "[Find the manager of an employee|Tell who manages somebody at work]", "=manager",
     "[Who is the manager of {a}?|Who manages {a}?|<find the manager of {a}>|<look up who manages {a}>|I need to know "
     "the manager of {a}.|Whom does {a} report to?]", (Slot("employee person name", person),)),
    Row("wk_leave", "request_leave vacation_request time_off take_vacation",
     "[Request leave from work|Request vacation between two days]", "request",
     "[<request leave from {a} to {b}>|<request vacation until {b} from {a}>|I want to be on leave from {a} to {b}.|My "
     "vacation goes to {b} from {a}.|Can I take leave from {a} until {b}?|Until {b} I will not work, starting {a}.|"
     "Starting {a} I would like to have vacation until {b}.]",
     (Slot("start first_day from_date", date, about="The first day."),
      Slot("end last_day until_date", date, about="The last day."))),
    Row("wk_hours", "log_hours timesheet book_hours work_hours",
     "[Log hours of work on a project|Write working hours into the timesheet]", "entry",
     "[<log {b} hours for {a}{c}>|<book {b} hours on the project {a}{c}>|I worked {b} hours for {a}{c}.|{b} hours of "
     "work on the project {a}{c}.|My timesheet needs {b} hours for {a}{c}.|Can you log {b} hours of work for {a}{c}?]",
     (Slot("project customer task", word), Slot("hours duration amount", decimal, NUMBER),
      Slot("date day on", day, said=" on {}"))),
    Row("wk_post", "post_to_channel channel_post post announce",
     "[Post a text in a team channel|Announce something in a channel of the team]", "post",
     "[<post {a} in the {b} channel>|<post {a} to {b}>|<announce {a} in the channel {b}>|Everybody should read {a} in "
     "the {b} channel.|I want to post {a} in the {b} channel.|In the channel {b} I would like to announce {a}.]",
     (Slot("text content post", message_text), Slot("channel where room", _team, about="The channel."))),
    Row("wk_comment", "add_comment comment comment_on review_comment",
     "[Comment on a document|Add a comment to a document]", "comment",
     "[<comment {a} on {b}>|<add the comment {a} to {b}>|<write {a} as a comment on the document {b}>|The document {b} "
     "needs the comment {a}.|I would like to comment {a} on {b}.|Can you put {a} beside the text of {b}?|On {b} I "
     "want {a} as a comment.]",
     (Slot("comment text remark", message_text), Slot("document file page", file))),
    Row("wk_sign", "request_signature sign_document signature get_signed",
     "[Get a document signed by somebody|Request a signature on a document]", "signature",
     "[<get {a} signed by {b}>|<request a signature of {b} on {a}>|{b} has to sign the document {a}.|The document {a} "
     "should be signed by {b}.|Can {b} sign {a}?|I need the signature of {b} on {a}.|Without {b} the paper {a} is not "
     "valid, get it signed.]",
     (Slot("document file contract", file), Slot("signer person by", person, about="Who signs."))),
    Row("wk_join", "combine_documents join_files combine merge_documents",
     "[Combine two documents into one|Join two files to a new file]", "document",
     "[<combine {a} and {b} into {c}>|<join the files {a} and {b} to {c}>|The documents {a} and {b} should be one "
     "file, {c}.|<make {c} by combining {a} with {b}>|I need a document {c} that joins {a} and {b}.|Can you combine "
     "{a} with {b} and call it {c}?|Into the file {c} I want to put {a} and {b}.]",
     (Slot("first first_file file_a", file), Slot("second second_file file_b", file),
      Slot("output result target", file, about="The new file."))),
    Row("wk_export", "export_document export save_as export_file",
     "[Export a document in a format|Save a document as another format]", "file",
     "[<export {a} as {b}>|<save the document {a} as {b}>|I need {a} in the {b} format.|The document {a} should be "
     "exported as {b}.|Can I have {a} as {b}?|<make a {b} document out of {a}>]",
     (Slot("document file path", file), Slot("format file_type as_format", *enum("html", "xml", "epub", "odt")))),
    Row("wk_folder", "set_folder_access folder_rights protect_folder folder_mode",
     "[Set whether a folder is read-only|Protect a folder or make it writable]", "folder",
     "[<make the {a} folder {b}>|<keep the folder {a} {b}>|The {a} folder should be {b}.|I want the {a} folder to be "
     "{b}.|Can the folder {a} be {b}?|<set the {a} folder to {b}>]",
     (Slot("folder directory name", word, about="The folder."),
      either("read-only", "writable", "read_only readonly protected", "True if nobody may write."))),
    Row("wk_merge", "merge_branch git_merge merge merge_code",
     "[Merge a branch into another branch|Bring the code of one branch into another]", "merge",
     "[<merge {a} into {b}>|<merge the branch {a} into the branch {b}>|Into {b} I want to merge {a}.|The code of {a} "
     "is ready to go into {b}.|The branch {b} should get the code of {a}.|Can the branch {a} be merged into {b}?|"
     "<update {b} with the branch {a}>]",
     (Slot("branch source from_branch", word, about="What is merged."),
      Slot("target into base", word, about="The branch that gets the code."))),
    Row("wk_bug", "report_bug create_issue file_bug new_issue",
     "[Report a bug in a project|File a bug with a priority]", "bug",
     "[<report {a} as a bug in {b} with {c} priority>|<file the bug {a} in the project {b}, {c} priority>|The project "
     "{b} has the bug {a} with {c} priority.|There is a bug {a} in {b} of {c} priority.|I would like to report {a} "
     "with {c} priority in {b}.|Can you file {a} as a {c} priority bug of {b}?]",
     (Slot("title bug problem text", _trouble, about="What is wrong."), Slot("project repository component", word),
      Slot("priority severity importance", *enum("low", "medium", "high")))),
    Row("wk_reviewer", "assign_reviewer request_review reviewer code_review",
     "[Assign a reviewer to a pull request|Let somebody review a pull request]", "review",
     "[<assign {a} to review pull request {b}>|<request a review of pull request {b} by {a}>|Pull request {b} should "
     "be reviewed by {a}.|{a} is the reviewer of pull request {b}.|Can {a} review number {b}?|I want {a} as a reviewer "
     "for pull request {b}.|The changes in {b} need the eyes of {a}.]",
     (Slot("reviewer person user", person), Slot("pull_request number pr", count(2, 5000), INTEGER))),
    Row("wk_format", "format_code code_formatter indent_code format_file",
     "[Format the code in a file|Indent the code of a file by some spaces]", "code",
     "[<format {a} with {b} spaces>|<format the code in {a} with an indent of {b}>|The code in {a} should be indented "
     "by {b} spaces.|With {b} spaces I would like to format {a}.|Can you indent {a} by {b} spaces?|I want {b} spaces "
     "in front of the code of {a}.]",
     (Slot("file path source_file", _source), Slot("indent spaces width", count(2, 12), INTEGER))),
    Row("wk_install", "install_package install add_package setup_package",
     "[Install a package on a server|Put a software package on a machine]", "package",
     "[<install {a}{c} on {b}>|<install the package {a}{c} on the server {b}>|The server {b} needs the package {a}{c}.|"
     "On {b} I want to install {a}{c}.|Can the machine {b} have the package {a}{c}?|The software {a}{c} should be "
     "installed on {b}.]",
     (Slot("package software name", word), Slot("server machine host", word),
      Slot("version release", _version, said=" in version {}"))),
    Row("wk_logs", "search_logs logs grep_logs server_log",
     "[Search the logs of a server|Find a line in the logs of a server]", "=line",
     "[<search the logs of {a} for {b}>|<find {b} in the logs of the server {a}>|Where is {b} in the logs of {a}?|Do "
     "the logs of {a} say anything of {b}?|I want to see {b} in the logs of the {a} server.|<look for {b} in the {a} "
     "logs>]",
     (Slot("server host service", word, about="The server."),
      Slot("text pattern error", lambda draw: draw.pick(("timeout", "out of memory", "access denied", "disk full",
       "connection lost", "bad request", f"error {draw.integer(100, 999)}", pseudo_word(draw))),
       about="What to find."))),
    Row("wk_disk", "disk_usage disk_space free_space check_disk",
     "[Tell how full the disk of a server is|Check the disk space of a server]", "=disk space",
     "[How full is the disk of {a}?|<check the disk of the {a} server>|How much disk space does the server {a} have?|"
     "Is there space on the disk of {a}?|<show the disk space of {a}>|I need to know how full the server {a} is.]",
     (Slot("server host machine", word),)),
    Row("wk_site_up", "check_site site_status is_up uptime_check",
     "[Check whether a site is up|Tell if a web site is online]", "=status",
     "[Is {a} up?|Is the site {a} online?|<check whether {a} is up>|<check the site {a}>|I need to know if the site "
     "{a} is online.|Nobody can open {a}, is the site down?|Does {a} answer?]", (Slot("site domain host", _domain),)),
    Row("wk_certificate", "renew_certificate certificate ssl_certificate renew_ssl",
     "[Renew the certificate of a site|Renew an SSL certificate]", "certificate",
     "[<renew the certificate of {a}{b}>|<renew the SSL certificate for {a}{b}>|The certificate of {a} is old, renew it"
     "{b}.|The site {a} needs a certificate{b}.|Can the certificate of {a} be renewed{b}?|I would like a new "
     "certificate for {a}{b}.]",
     (Slot("domain site host", _domain), Slot("months duration valid_months", count(2, 36), INTEGER,
      said=" for {} months"))),
    Row("wk_redirect", "redirect_page redirect add_redirect forward_page",
     "[Redirect a page of the site to another|Forward visitors of a page to another page]", "redirect",
     "[<redirect {a} to {b}>|<redirect the page {a} to the page {b}>|Visitors of the page {a} should land on {b}.|To "
     "{b} we should redirect everybody from {a}.|From {a} I want a redirect to {b}.|Can the page {a} forward to {b}?|"
     "The old page is {a} and the new one is {b}, redirect it.]",
     (Slot("old source from_page", _path, about="The page that is left."),
      Slot("new target to_page", _path, about="The page that is shown."))),
    Row("wk_banner", "show_banner site_banner banner set_banner",
     "[Show a banner on the web site|Put a colored banner on the site]", "banner",
     "[<show {a} in a {b} banner>|<put {a} on the site in a {b} banner>|<show a {b} banner with {a} on it>|The site "
     "should say {a} in a {b} banner.|On the site I want {a} in a {b} banner.|Can we have {a} as a {b} banner?|"
     "I would like {a} in {b} at the top of the site.]",
     (Slot("text content words", message_text), Slot("color style background", *enum("red", "green", "blue", "gray")))),
    Row("wk_encode", "encode encode_text encoder text_encoder",
     "[Encode a text|Turn a text into another code]", "=code",
     "[<encode {a} as {b}>|<encode the text {a} in {b}>|<turn {a} into {b}>|I need {a} encoded as {b}.|How does {a} "
     "look in {b} code?|In {b} code I want {a} to be shown.|What is the {b} code for {a}?]",
     (Slot("text content data", message_text),
      Slot("code encoding format", *enum("base64", "hex", "morse", "binary")))),
    Row("wk_feature", "set_feature feature_flag toggle_feature feature_switch",
     "[Set whether a customer has a feature|Enable or disable a feature for a customer]", "feature",
     "[<make sure the {a} feature is {c} for {b}>|<keep the {a} feature {c} for {b}>|The {a} feature should be {c} for "
     "{b}.|{b} wants the {a} feature to be {c}.|For {b} the feature {a} has to be {c}.|Can the customer {b} have the "
     "{a} feature {c}?]",
     (Slot("feature flag name", word, about="The feature."), Slot("customer company client", company),
      either("enabled", "disabled", "enabled active is_enabled"))),
    Row("wk_column", "add_column new_column create_column alter_table",
     "[Add a column to a table|Create a column in a database table]", "column",
     "[<add the {c} column {b} to the table {a}>|<add the column {b} as a {c} to {a}>|<create a {c} column {b} in the "
     "{a} table>|The table {a} needs a {c} column called {b}.|In the table {a} I want a column {b} of type {c}.|Can "
     "the {a} table have a {c} column named {b}?|There is no {b} in {a} yet, add it as a {c} column.]",
     (Slot("table table_name which_table", word, about="The table."), Slot("column name field", word,
      about="The new column."), Slot("type kind data_type", *enum("text", "number", "date")))),
    Row("wk_virus", "scan_file virus_scan check_virus antivirus",
     "[Scan a file for viruses|Tell whether a file is safe]", "=result",
     "[<scan {a} for viruses>|<scan the file {a}>|Is {a} safe?|Are there viruses in {a}?|I am not sure that the file "
     "{a} is safe, scan it.|Has {a} got a virus?]", (Slot("file path filename", file),)),
)  # fmt: skip

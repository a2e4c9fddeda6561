"""Tools for texts, books, films, podcasts, games, museums and science, and to compare two things."""

from __future__ import annotations

from models.tiny.tasks.roles import message_text
from models.tiny.tasks.tables.slots import (
    ROOM,
    SIDE,
    Row,
    Slot,
    count,
    either,
    enum,
    file,
    item,
    of,
    topic,
    word,
)
from models.tiny.tasks.toolbox import INTEGER, NUMBER
from models.tiny.tasks.words import date, name, person, place, time

__all__ = ["ROWS"]

ROWS: tuple[Row, ...] = (
    Row("md_voice", "speak say_aloud text_to_speech voice", "[Say a text aloud in a voice|Speak a text with a voice|"
     "Turn a text into speech]", "speech",
     "[<say {a} in a {b} voice>|<speak {a} with a {b} voice>|<say aloud in a {b} voice: {a}>|I want to hear {a} in a "
     "{b} voice.|Can the {b} voice say {a}?|The {b} voice should say {a}.]",
     (Slot("text words content", message_text), Slot("voice speaker kind", *enum("deep", "soft", "calm", "robot",
      "child")))),
    Row("md_announce", "announce make_announcement loudspeaker broadcast", "[Announce a text in a room|Broadcast an "
     "announcement over the loudspeaker]", "announcement",
     "[<announce {a} in the {b}>|<announce in the {b}: {a}>|The loudspeaker in the {b} should announce {a}.|"
     "<use the {b} loudspeaker to announce {a}>|I need an announcement in the {b}: {a}.|Everybody in the {b} should "
     "hear this: {a}.]",
     (Slot("text announcement words", message_text, about="What is announced."), Slot("room where zone", ROOM))),
    Row("md_post", "post_text create_post post publish_post", "[Post a text to a network|Publish a post on a page]",
     "post", "[<post {a} to {b}>|<post {a} on {b}>|<publish the post {a} on {b}>|<create a post on {b} that says {a}>|"
     "My next post on {b} is: {a}.|I would like {b} to show my post {a}.]",
     (Slot("text content post", message_text), Slot("network site channel", name))),
    Row("md_comments", "set_comments comments allow_comments", "[Allow comments on a post or not|Set whether a post "
     "can have comments]", "setting",
     "[<make sure that comments on {a} are {b}>|Comments on the post {a} should be {b}.|I want comments on {a} to be "
     "{b}.|<set the comments on the post {a} to {b}>|From now on, comments are {b} on {a}.]",
     (Slot("post article title", name), either("allowed", "not allowed", "allowed comments_allowed open"))),
    Row("md_rewrite", "rewrite_text rewrite rephrase change_tone", "[Rewrite a text in another tone|Rephrase a text]",
     "=text", "[<rewrite {a} in a {b} tone>|<rewrite this in a {b} tone: {a}>|<rephrase {a} so that it sounds {b}>|"
     "How can I say {a} in a {b} tone?|The text {a} should sound more {b}.|What is a {b} way to rephrase {a}?]",
     (Slot("text sentence content", message_text), Slot("tone style", *enum("formal", "friendly", "polite", "funny",
      "serious")))),
    Row("md_encode", "encode_text encode encoder", "[Encode a text|Encode a text in a format]", "=code",
     "[<encode {a} as {b}>|<encode in {b}: {a}>|What is {a} encoded in {b}?|I need {a} in {b}.|The text {a} should be "
     "encoded as {b}.|<write the {b} code of {a}>]",
     (Slot("text content data", message_text), Slot("format encoding scheme", of("base64", "hex", "morse", "rot13",
      "binary", "braille")))),
    Row("md_replace", "replace_word replace substitute find_and_replace", "[Replace a word in a file|Substitute one "
     "word by another in a file]", "change",
     "[<replace {a} with {b} in {c}>|<replace {a} in {c} by {b}>|<put {b} in the place of {a} in the file {c}>|"
     "In {c}, replace {a} with {b}.|In the file {c}, {b} should replace {a}.|Wherever {c} says {a}, it should say "
     "{b}.]",
     (Slot("old find search_for", word, about="What is there now."), Slot("new replacement by", word,
      about="What comes in its place."), Slot("file path document", file))),
    Row("md_poem", "write_poem poem poet", "[Write a poem for somebody|Write a poem about a topic]", "poem",
     "[<write a poem about {a} for {b}>|<write {b} a poem about {a}>|I need a poem for {b} about {a}.|Can {b} have a "
     "poem about {a}?|A poem for {b}, and it should be about {a}.|I would like to give {b} some verses about {a}.]",
     (Slot("topic about subject", topic), Slot("person for_whom reader", person))),
    Row("md_rhyme", "find_rhymes rhyme rhymes rhyming_words", "[Find rhymes of a word|Tell what rhymes with a word]",
     "=rhyme", "[What rhymes with {a}?|<find a rhyme for {a}>|Is there a rhyme for {a}?|<list the rhymes of {a}>|"
     "I need a rhyme with {a} for my poem.|Which words end like {a}?]", (Slot("word ending", word),)),
    Row("md_letter", "count_letter letter_count count_character", "[Count a letter in a word|Tell how often a letter "
     "is in a word]", "=count",
     "[How often is the letter {a} in {b}?|<count the letter {a} in {b}>|<count in {b} the letter {a}>|How many times "
     "does {b} have the letter {a}?|In the word {b}, how often is there the letter {a}?|I need the count of {a} in "
     "the word {b}.]",
     (Slot("letter character", of(*"bcdeghklmnoprstu")), Slot("word text", word))),
    Row("md_borrow", "borrow_book borrow library_loan lend", "[Borrow a book from a library|Ask a library to lend a "
     "book]", "loan",
     "[<borrow {a} from {b}>|<borrow from {b} the book {a}>|<borrow {a} from the {b} library>|I want the {b} library "
     "to lend me {a}.|Can I borrow the book {a} at {b}?|The book {a} should be borrowed from {b}.|I would love to "
     "read {a}, and {b} has a copy.]",
     (Slot("title book", name), Slot("library branch from_library", place))),
    Row("md_renew", "renew_loan extend_loan renew_book", "[Renew the loan of a book|Keep a borrowed book longer]",
     "loan",
     "[<renew the loan of {a} until {b}>|<renew {a} until {b}>|<extend the loan of the book {a} to {b}>|I need the "
     "book {a} longer, renew it until {b}.|Can I keep the borrowed book {a} until {b}?|Until {b} I would like to keep "
     "the loan {a}.]",
     (Slot("title book", name), Slot("until due_date date", date))),
    Row("md_shelf", "find_shelf book_shelf where_is_book", "[Tell on which shelf a book is|Find the shelf of a book]",
     "=shelf", "[On which shelf is {a} by {b}?|<find the shelf of {a} by {b}>|Where is the book {a} by {b}?|<look up "
     "the shelf for {b}, the book is {a}>|{b} wrote {a}, on which shelf is it?|I am looking for a book by {b} called "
     "{a}.]",
     (Slot("title book", name), Slot("author writer by", person))),
    Row("md_chapter", "read_chapter audiobook chapter", "[Read a chapter of a book aloud|Start an audiobook at a "
     "chapter]", "reading",
     "[<read chapter {b} of {a}{c}>|<start the audiobook {a} at chapter {b}{c}>|I want to hear chapter {b} of {a}{c}."
     "|The audiobook {a} should go on with chapter {b}{c}.|Chapter {b} of {a}{c}.|Can I listen to {a} from chapter {b}"
     "{c}?]",
     (Slot("title book audiobook", name), Slot("chapter part number", count(2, 80), INTEGER),
      Slot("reader narrator read_by", person, said=", read by {}"))),
    Row("md_actor", "find_actor actor cast who_acts", "[Tell which actor has a part in a film|Find the actor of a "
     "character]", "=actor",
     "[Which actor is {a} in {b}?|<find the actor of {a} in {b}>|In {b}, which actor is {a}?|Who acts as {a} in the "
     "film {b}?|In the film {b}, who is the actor of {a}?|I would like to know who {a} is in the cast of {b}.]",
     (Slot("character part figure", name, about="Who it is in the film."), Slot("film movie title", name))),
    Row("md_showtimes", "showtimes cinema_program film_times", "[Tell when a cinema shows a film|Get the showtimes of "
     "a film at a cinema]", "=time",
     "[When is {a} shown at {b}?|When does the cinema {b} show {a}?|<find the showtimes of {a} at {b}>|<check at the "
     "{b} cinema when {a} is shown>|At {b}, when can I see the film {a}?|I want to see {a} at {b}, what are the "
     "showtimes?]",
     (Slot("film movie title", name), Slot("cinema theater where", name))),
    Row("md_record", "record_show record recorder", "[Record a show on TV|Record what comes on a channel]", "recording",
     "[<record {a} on channel {b} at {c}>|<record channel {b} at {c}, the show is {a}>|At {c} the show {a} comes on "
     "channel {b}, record it.|<record the {c} show {a} on channel {b}>|The recorder should take {a} at {c} on channel "
     "{b}.|Channel {b} has {a} at {c}, and I would like to record it.]",
     (Slot("show title program", name), Slot("channel station", count(2, 900), INTEGER), Slot("time at start", time))),
    Row("md_subtitles", "set_subtitles subtitles captions", "[Turn the subtitles of a film on or off|Set whether a "
     "film has subtitles]", "setting",
     "[<turn the subtitles of {a} {b}>|<turn {b} the subtitles of {a}>|The subtitles of {a} should be {b}.|I want {a} "
     "with the subtitles {b}.|<make sure the {a} subtitles are {b}>|<watch {a} with subtitles {b}>]",
     (Slot("film movie title", name), either("on", "off", "on subtitles enabled", "Whether they are shown."))),
    Row("md_episode", "download_episode get_episode podcast_download", "[Download an episode of a podcast|Get one "
     "episode of a podcast]", "download",
     "[<download episode {b} of {a}>|<download from the podcast {a} episode {b}>|I need episode {b} of the podcast {a}"
     ".|Can you get the podcast {a}, episode {b}?|I would like to download {a}, episode {b}.|Episode {b} of {a} should "
     "be on my phone.]",
     (Slot("podcast show name", name), Slot("episode number", count(2, 400), INTEGER))),
    Row("md_podcast", "subscribe_podcast follow_podcast podcast", "[Subscribe to a podcast|Follow the podcast of "
     "somebody]", "subscription",
     "[<subscribe to {a} by {b}>|<follow the podcast {a} by {b}>|{b} has the podcast {a}, subscribe to it.|<subscribe "
     "to the podcast of {b}, {a}>|I would like to follow {b} with the podcast {a}.|I never want to "
     "miss {a} by {b}, subscribe.]",
     (Slot("podcast title show", name), Slot("host by speaker", person))),
    Row("md_speed", "set_speed playback_speed podcast_speed", "[Set the speed of a podcast|Make a podcast go faster or "
     "slower]", "setting",
     "[<set the speed of {a} to {b}>|<set the podcast {a} to speed {b}>|The podcast {a} should go at speed {b}.|I "
     "would like speed {b} for {a}.|<go at speed {b} in the podcast {a}>|Can I hear the podcast {a} at speed {b}?]",
     (Slot("podcast show title", name), Slot("speed factor tempo", of("0.5", "0.75", "1.25", "1.5", "1.75", "2", "3"),
      NUMBER))),
    Row("md_game", "start_game new_game game", "[Start a game|Start a new game with some players]", "game",
     "[<start a game of {a} with {b} players{c}>|<start {a} for {b} players{c}>|We are {b} players and want a game of "
     "{a}{c}.|I would like a new game of {a} with {b} players{c}.|Can {b} players start a game of {a}{c}?|With {b} "
     "players, start the game {a}{c}.]",
     (Slot("game name which", name), Slot("players count people", count(2, 20), INTEGER),
      Slot("level difficulty", *enum("easy", "medium", "hard"), said=" on the {} level"))),
    Row("md_challenge", "challenge_player challenge invite_to_game", "[Challenge somebody to a game|Invite a player to "
     "a game]", "challenge",
     "[<challenge {a} to a game of {b}>|<challenge {a} at {b}>|<invite {a} to a game of {b}>|At {b} I would like to "
     "challenge {a}.|I want a game of {b} against {a}.|Can you challenge the player {a} in {b}?|{a} thinks I can not "
     "win at {b}.]",
     (Slot("player opponent person", person), Slot("game which", of("chess", "checkers", "poker", "backgammon",
      "bridge", "dominoes", "darts", "rummy")))),
    Row("md_highscore", "high_score best_points player_points", "[Get the high score of a player|Tell the "
     "best points of a player]", "=high score",
     "[What is the high score of {a} in {b}?|<get the high score in {b} of {a}>|How many points did {a} get in {b}?|In "
     "{b}, what is the high score of {a}?|<look up the best points of {a} in the game {b}>|I would like to know the "
     "{b} high score of {a}.]",
     (Slot("player person who", person), Slot("game title", name))),
    Row("md_move", "move_piece chess_move make_move", "[Move a piece on the board|Make a move in chess]", "move",
     "[<move the {a} from {b} to {c}>|<move the {a} to {c} from {b}>|My move is the {a} from {b} to {c}.|The {a} "
     "should move to {c} from {b}.|From {b} to {c}, move the {a}.|The {a} at {b} goes to {c}.]",
     (Slot("piece figure", of("pawn", "rook", "knight", "bishop", "queen", "king")),
      Slot("start from_square origin", lambda draw: draw.pick("abcdefgh") + str(draw.rng.randint(1, 4)),
           about="Where it stands."),
      Slot("end to_square target", lambda draw: draw.pick("abcdefgh") + str(draw.rng.randint(5, 8)),
           about="Where it goes."))),
    Row("md_character", "create_character new_hero character", "[Create a character for a game|Make a hero with a "
     "class and level]", "character",
     "[<create a {b} called {a} with level {c}>|<create a level {c} {b} called {a}>|My new character {a} is a {b} of "
     "level {c}.|I would like a {b} character named {a}, level {c}.|The hero {a} should be a level {c} {b}.|<make a "
     "character with level {c}, a {b} called {a}>]",
     (Slot("name character hero", name), Slot("class kind job", *enum("wizard", "knight", "thief", "healer", "ranger")),
      Slot("level rank", count(2, 99), INTEGER))),
    Row("md_microphone", "mute_microphone microphone set_mute", "[Mute a microphone or not|Set whether a microphone is "
     "muted]", "setting",
     "[<make sure the {a} microphone is {b}>|The {a} microphone should be {b}.|I want the {a} microphone {b}.|<keep "
     "the {a} microphone {b}>|I would like the {a} microphone to be {b}.|During the podcast, I need the {a} "
     "microphone to be {b}.]",
     (Slot("microphone which", SIDE, about="Which microphone."), either("muted", "not muted", "muted mute is_muted"))),
    Row("md_hours", "museum_hours opening_hours museum_open", "[Get the opening hours of a museum|Tell when a museum "
     "is open]", "=hours",
     "[When is the {a} museum open on {b}?|What are the hours of the {a} museum on {b}?|<get the opening hours of the "
     "{a} museum on {b}>|On {b}, when is the {a} museum open?|I want to visit the {a} museum on {b}, what are the "
     "hours?|Can I still get into the {a} museum late on {b}?]",
     (Slot("museum name which", name), Slot("date day", date))),
    Row("md_artwork", "find_artwork artwork where_hangs", "[Tell which museum has a work of art|Find the museum where "
     "an artwork hangs]", "=museum",
     "[In which museum is {a} by {b}?|<find the museum with {a} by {b}>|Where does the artwork {a} by {b} hang?|Which "
     "museum has the {b} work {a}?|{b} made {a}, in which museum is it?|I would like to see {a}, an artwork by {b}.]",
     (Slot("title artwork work", name), Slot("artist painter by", person))),
    Row("md_exhibit", "exhibit_info exhibit museum_guide", "[Tell about an exhibit in a museum wing|Explain "
     "an exhibit]", "=exhibit",
     "[What is exhibit {a} in the {b} wing?|<explain exhibit {a} in the {b} wing>|In the {b} wing, what is exhibit {a}?"
     "|I am in the {b} wing at exhibit {a}, please explain it.|<tell about exhibit number {a} of the {b} wing>|What do "
     "I see at number {a} in the {b} wing?]",
     (Slot("number exhibit", count(2, 400), INTEGER), Slot("wing part_of_museum", SIDE, about="Which wing."))),
    Row("md_tour", "join_tour museum_tour sign_up_tour", "[Sign somebody up for a museum tour|Join a guided tour]",
     "tour", "[<sign {a} up for the {c} tour of {b}>|<sign up {a} for the tour of {b} at {c}>|{a} would like to join "
     "the tour of {b} at {c}.|At {c} there is a tour of {b}, and {a} should join it.|Can {a} join the {c} tour at {b}?|"
     "The tour at {c} of {b} is for {a}.]",
     (Slot("visitor person guest", person), Slot("museum place site", name), Slot("time at start", time))),
    Row("md_element", "element_property element periodic_table chemistry", "[Get a property of a chemical element|Look "
     "up an element]", "=value",
     "[What is the {b} of the element {a}?|<look up the {b} of {a}>|Which {b} does {a} have?|<get for the element {a} "
     "the {b}>|I need the {b} of {a} for chemistry.|For {a}, what does the periodic table say about {b}?]",
     (Slot("element name", of("helium", "carbon", "neon", "sodium", "iron", "copper", "zinc", "silver", "gold", "tin",
      "nickel", "cobalt", "argon", "radium")), Slot("property fact value", *enum("density", "melting point",
      "boiling point", "atomic mass", "symbol")))),
    Row("md_planet", "planet_fact planet solar_system", "[Get a fact about a planet|Look up a planet of the solar "
     "system]", "=fact",
     "[What is the {b} of the planet {a}?|<look up the {b} of {a}>|Do you know the {b} of the planet {a}?|<get "
     "the {b} of the planet {a}>|For the planet {a}, what is the {b}?|I need the {b} of {a} in the solar system.]",
     (Slot("planet name which", of("Mercury", "Venus", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune", "Kepler")),
      Slot("fact property what", *enum("diameter", "gravity", "age", "mass", "temperature")))),
    Row("md_moon", "moon_phase moon lunar_phase", "[Tell the phase of the moon on a day|Get the moon phase]", "=phase",
     "[What is the phase of the moon on {a}?|<get the moon phase for {a}>|How does the moon look on {a}?|Is there a "
     "full moon on {a}?|On {a}, which phase does the moon have?|<tell how full the moon is on {a}>]",
     (Slot("date day night", date),)),
    Row("md_telescope", "point_telescope telescope aim", "[Point a telescope at a star|Aim a telescope]",
     "view",
     "[<point the {a} telescope at {b}>|<point at {b} with the {a} telescope>|The {a} telescope should point at {b}.|I "
     "would like to see the star {b} in the {a} telescope.|Can the {a} telescope aim at {b}?|At {b}, aim the {a} "
     "telescope.]",
     (Slot("telescope which instrument", SIDE, about="Which telescope."), Slot("star target object", name))),
    Row("md_animal", "animal_speed how_fast_animal top_speed", "[Tell how fast an animal is|Get the speed of an "
     "animal]", "=speed",
     "[How fast is a {a}?|What is the top speed of a {a}?|<get the speed of the {a}>|At what speed does the {a} run?|I "
     "need the top speed of a {a}, the animal.|Would a {a} be fast enough to catch me?]",
     (Slot("animal species name", of("cheetah", "falcon", "gazelle", "zebra", "lion", "hare", "bear", "camel", "wolf",
      "giraffe", "fox", "rhino", "snail")),)),
    Row("md_habitat", "animal_habitat habitat where_lives", "[Tell where an animal lives|Get the habitat of an animal]",
     "=habitat", "[Where does the {a} live in {b}?|What is the habitat of the {a} in {b}?|<get the habitat of the {a} "
     "in {b}>|In {b}, where does the {a} live?|<find out where in {b} the {a} lives>|I would like to see a {a} in {b}, "
     "what is its habitat?]",
     (Slot("animal species", of("beaver", "lynx", "wolf", "heron", "bear", "badger", "seal", "stork", "bison", "moose",
      "gecko", "tortoise")), Slot("country region place", place))),
    Row("md_compare", "compare comparison versus", "[Compare two products|Tell which of two products is better]",
     "=better one", "[<compare {a} with {b}>|<compare {a} to {b}>|Which is better, {a} or {b}?|Is {a} better than {b}?|"
     "How does {a} compare with {b}?|I would like a comparison of {a} and {b}.|I can not choose between {a} and {b}.]",
     (Slot("first product_a left", name), Slot("second product_b right", name))),
    Row("md_prices", "compare_prices cheaper price_comparison", "[Compare the price of a thing in two shops|Tell which "
     "shop is cheaper]", "=cheaper shop",
     "[Is {a} cheaper at {b} or at {c}?|<compare the price of {a} at {b} and at {c}>|Which shop is cheaper for {a}, "
     "{b} or {c}?|At {b} or at {c}, where is the price of {a} lower?|I want to buy {a} where it is cheaper, at {b} or "
     "{c}.|<compare the shops {b} and {c}, I need {a}>]",
     (Slot("item product what", item), Slot("first_shop shop_a", name), Slot("second_shop shop_b", name))),
    Row("md_diff", "diff_files compare_files file_difference", "[Compare two files|Show the difference between two "
     "files]", "=difference",
     "[What is the difference between {a} and {b}?|<compare the file {a} with {b}>|<show the difference from {a} to "
     "{b}>|Are the files {a} and {b} different?|How does {a} differ from the file {b}?|What has changed from {a} to "
     "{b}?]",
     (Slot("first old_file left", file), Slot("second new_file right", file))),
    Row("md_people", "compare_population population_comparison more_people", "[Compare the population of two places|"
     "Tell where more people live]", "=bigger place",
     "[Do more people live in {a} or in {b}?|<compare the population of {a} with {b}>|Is the population of {a} bigger "
     "than that of {b}?|Which has the bigger population, {a} or {b}?|Are there more people in {a} than in {b}?|I need "
     "a comparison of {a} with {b} by population.]",
     (Slot("first place_a city", place), Slot("second place_b other_city", place))),
)  # fmt: skip

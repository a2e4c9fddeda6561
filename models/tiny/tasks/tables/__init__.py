"""Everyday tools as tables: a line or two for each, so that there can be many."""

from __future__ import annotations

from models.tiny.tasks.tables import basics, daily, field, house, media, town, trade, work
from models.tiny.tasks.tables.slots import Row, Slot

__all__ = ["ALIKE", "LATEST", "TABLE", "Row", "Slot"]

LATEST: tuple[Row, ...] = (*field.ROWS, *trade.ROWS)
"""Those that training has shown for the last stages alone; the split ``latest`` is about them."""
TABLE: tuple[Row, ...] = (
    *daily.ROWS,
    *house.ROWS,
    *work.ROWS,
    *town.ROWS,
    *media.ROWS,
    *basics.ROWS,
    *LATEST,
)

ALIKE: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in """
    hs_announce hs_screen md_announce md_voice tn_announce hs_engrave wk_banner
    hs_oven hs_kettle hs_humidity heat
    hs_milk hs_eggs hs_harvest
    hs_pump hs_valve device wk_feature md_subtitles md_microphone
    hs_gate window wk_port tn_gate
    hs_bins tn_bins
    hs_vaccinate tn_vaccine tn_allergy tn_dose tn_pharmacy
    hs_lend md_borrow md_shelf md_renew books
    hs_park tn_parking pay tn_bid
    tn_luggage tn_street tn_claim tn_complaint
    tn_visa tn_permit tn_passport
    tn_grade tn_exam
    tn_seat tn_tour tn_court tn_check_in tn_fare ticket flights hotel rental md_tour
    tn_coupon tn_discount tn_gift_card
    tn_dose tn_pressure workout wk_hours
    tn_pharmacy shopping tn_available
    tn_homework todo
    tn_complaint tn_announce md_announce md_post wk_post wk_comment wk_banner message note
    tn_enroll user wk_role wk_team remove_user
    tn_court wk_meeting_room wk_leave calendar calendar_day calendar_text
    md_compare md_prices md_people md_diff
    md_game md_challenge
    md_podcast md_episode
    md_animal md_habitat
    md_element md_planet
    md_artwork md_exhibit
    md_rewrite md_encode wk_encode spelling
    md_chapter md_voice read_file
    md_actor md_showtimes movie
    md_record channel
    md_comments visibility wk_folder share
    md_highscore score
    md_letter words
    md_rhyme synonym
    wk_join wk_merge
    wk_deploy wk_install wk_scale
    wk_sign wk_reviewer
    wk_column rows
    wk_virus read_file
    wk_site_up open_page
    wk_export rename
    wk_api_key password
    bs_multiply bs_multiply_any calculate convert bmi
    bs_add bs_add_any calculate convert bmi
    bs_subtract calculate convert bmi
    bs_divide calculate convert bmi
    bs_power calculate convert bmi
    bs_user user wk_role wk_team
    fd_rain weather weather_day
    fd_hut hotel
    fd_dice random
    fd_launch calendar calendar_text
    fd_scene calendar calendar_text
    fd_duty todo calendar calendar_text
    fd_duty td_shift
    fd_part wk_role
    td_refund tn_return pay
    td_inventory tn_available
    td_hire wk_team wk_role user bs_user
    td_dismiss remove_user
    td_kick remove_user
    td_block remove_user wk_port
    td_invite wk_team share
    td_salary pay
    td_standing pay
    td_expense pay tn_budget
    td_card_limit tn_budget
    td_driver tn_insure
    td_doctor td_referral calendar calendar_day calendar_text reminder
    td_viewing calendar calendar_day calendar_text reminder
    td_start device
    td_stop device
    td_repair hs_service
    td_sql td_largest td_index rows wk_column
    td_ping wk_site_up
    td_read_cell read_file
    td_assign wk_reviewer
    td_campaign visibility wk_feature
    td_flyers td_model print
    td_guest_in hotel tn_check_in wk_meeting_room
    td_room_rate hotel
    td_usage hs_solar hs_meter
    td_forward call
    td_on_call wk_manager contact
    td_minimum shopping
    td_price tn_discount
    """.strip().splitlines()
)
"""Kinds that do nearly the same, by their keys: none of them stands beside another."""

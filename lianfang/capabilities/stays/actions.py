"""What may be done about stays (留观动作), gathered: from the list of arrivals to the release, and isolation."""

from lianfang.capabilities.stays.admissions import (
    admit,
    admit_batch,
    admit_unannounced,
    awaited,
    propose_rooms,
)
from lianfang.capabilities.stays.guest_accounts import open_guest_account
from lianfang.capabilities.stays.home import measure_at_home, record_home_test
from lianfang.capabilities.stays.isolation import (
    accept_referral,
    end_isolation,
    isolate,
    people_of,
    record_guardian_told,
    refer,
    room_mates,
)
from lianfang.capabilities.stays.isolation_care import measure_isolated, record_isolation_test
from lianfang.capabilities.stays.laboratory import order_test, record_test
from lianfang.capabilities.stays.lengths import correct_exposure, extend, extend_floor, rederive
from lianfang.capabilities.stays.manifests import mark_not_arrived, receive_manifest
from lianfang.capabilities.stays.moves import convert, mark_lost, take_back, transfer_out, transfer_room
from lianfang.capabilities.stays.releases import record_feedback, release, release_many, still_missing
from lianfang.capabilities.stays.rounds import close_round, progress, record_round, room_nights

__all__ = [
    "accept_referral",
    "admit",
    "admit_batch",
    "admit_unannounced",
    "awaited",
    "close_round",
    "convert",
    "correct_exposure",
    "end_isolation",
    "extend",
    "extend_floor",
    "isolate",
    "mark_lost",
    "mark_not_arrived",
    "measure_at_home",
    "measure_isolated",
    "open_guest_account",
    "order_test",
    "people_of",
    "progress",
    "propose_rooms",
    "receive_manifest",
    "record_feedback",
    "record_guardian_told",
    "record_home_test",
    "record_isolation_test",
    "record_round",
    "record_test",
    "rederive",
    "refer",
    "release",
    "release_many",
    "room_mates",
    "room_nights",
    "still_missing",
    "take_back",
    "transfer_out",
    "transfer_room",
]

from . import (
    test_correspondence,
    test_correspondence_customer,
    test_correspondence_queue,
    test_correspondence_stay,
    test_correspondence_texts,
    test_correspondence_wishes,
    test_incoming_mail,
    test_mail_faults,
    test_mail_leaving,
    test_stay_leaving,
)

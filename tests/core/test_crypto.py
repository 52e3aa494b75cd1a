import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from apps.core import crypto

NUMBER = "11010519491231002X"
PURPOSE = "accounts_person.id_number"
SECRET, OTHER = "11" * 32, "22" * 32


def digest(data: bytes) -> str:
    work = hashes.Hash(hashes.SM3())
    work.update(data)
    return work.finalize().hex()


def test_sm3_gives_the_published_values():
    """GB/T 32905-2016, appendix A."""
    assert digest(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(b"abcd" * 16) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_sm4_gives_the_published_value():
    """GB/T 32907-2016, appendix A."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(key), modes.CBC(bytes(16))).encryptor()
    assert encryptor.update(key).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_gives_the_published_value():
    """RFC 8998, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    text = bytes.fromhex("".join(pair * 8 for pair in ["aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa"]))
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(bytes.fromhex("00001234567800000000abcd"))).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    sealed = encryptor.update(text) + encryptor.finalize()
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert encryptor.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_the_sealed_form_of_sm4_is_counter_mode_and_then_hmac_sm3():
    """Worked out anew from the primitives, so that another program could open what is stored."""
    with override_settings(FIELD_KEYS=f"7:sm4:{SECRET}"):
        sealed = crypto.seal(PURPOSE, NUMBER)
    cipher_key = crypto._derive(bytes.fromhex(SECRET), "seal:sm4-ctr", 16)
    mac_key = crypto._derive(bytes.fromhex(SECRET), "seal:hmac-sm3", 32)
    nonce, text, tag = sealed[1:17], sealed[17:-16], sealed[-16:]
    decryptor = Cipher(algorithms.SM4(cipher_key), modes.CTR(nonce)).decryptor()
    assert decryptor.update(text).decode() == NUMBER
    header = b"\x07" + len(PURPOSE).to_bytes(2, "big") + PURPOSE.encode()
    if "sm3" in hashlib.algorithms_available:
        assert hmac.digest(mac_key, header + nonce + text, "sm3")[:16] == tag


@pytest.mark.parametrize("suite", ["sm4", "sm4gcm", "aes"])
class TestEverySuite:
    @pytest.fixture(autouse=True)
    def _keys(self, suite, settings):
        settings.FIELD_KEYS = f"1:{suite}:{SECRET}"

    @pytest.mark.parametrize("value", ["", NUMBER, "张三", "𠮷" * 40])
    def test_what_was_sealed_opens(self, value):
        assert crypto.open_sealed(PURPOSE, crypto.seal(PURPOSE, value)) == value

    def test_many_values_keep_their_order(self):
        values = [f"{number:018d}" for number in range(100)]
        sealed = crypto.seal_many(PURPOSE, iter(values))
        assert [crypto.open_sealed(PURPOSE, one) for one in sealed] == values

    def test_equal_values_look_different(self):
        assert len(set(crypto.seal_many(PURPOSE, [NUMBER] * 50))) == 50

    def test_the_value_does_not_show(self):
        assert NUMBER.encode() not in crypto.seal(PURPOSE, NUMBER)

    def test_every_changed_byte_is_noticed(self):
        sealed = crypto.seal(PURPOSE, NUMBER)
        for place in range(len(sealed)):
            changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
            with pytest.raises(crypto.CannotOpen):
                crypto.open_sealed(PURPOSE, changed)

    def test_every_cut_is_noticed(self):
        sealed = crypto.seal(PURPOSE, NUMBER)
        for length in range(len(sealed)):
            with pytest.raises(crypto.CannotOpen):
                crypto.open_sealed(PURPOSE, sealed[:length])

    def test_a_value_moved_to_another_column_does_not_open(self):
        with pytest.raises(crypto.CannotOpen):
            crypto.open_sealed("accounts_person.mobile", crypto.seal(PURPOSE, NUMBER))

    def test_a_wrong_key_opens_nothing(self, suite, settings):
        sealed = crypto.seal(PURPOSE, NUMBER)
        settings.FIELD_KEYS = f"1:{suite}:{OTHER}"
        with pytest.raises(crypto.CannotOpen):
            crypto.open_sealed(PURPOSE, sealed)

    def test_a_new_key_seals_and_the_old_one_still_opens(self, suite, settings):
        before = crypto.seal(PURPOSE, NUMBER)
        settings.FIELD_KEYS = f"2:sm4:{OTHER},1:{suite}:{SECRET}"
        after = crypto.seal(PURPOSE, NUMBER)
        assert (crypto.key_id(before), crypto.key_id(after)) == (1, 2)
        assert crypto.open_sealed(PURPOSE, before) == crypto.open_sealed(PURPOSE, after) == NUMBER

    def test_a_key_that_was_taken_out_fails_closed(self, settings):
        sealed = crypto.seal(PURPOSE, NUMBER)
        settings.FIELD_KEYS = f"2:sm4:{OTHER}"
        with pytest.raises(crypto.CannotOpen):
            crypto.open_sealed(PURPOSE, sealed)


def test_a_blind_index_is_the_same_for_the_same_value_only():
    first, second, third = crypto.blind_index_many("id_number", [NUMBER, NUMBER, NUMBER[:-1] + "1"])
    assert first == second == crypto.blind_index("id_number", NUMBER)
    assert first != third
    assert len(first) == 32


def test_indexes_of_different_purposes_never_meet():
    assert crypto.blind_index("id_number", NUMBER) != crypto.blind_index("mobile", NUMBER)
    assert crypto.blind_index("a", "bc") != crypto.blind_index("ab", "c")


def test_indexes_survive_a_new_sealing_key(settings):
    settings.FIELD_KEYS = f"1:sm4:{SECRET}"
    before = crypto.blind_index("id_number", NUMBER)
    settings.FIELD_KEYS = f"2:sm4:{OTHER},1:sm4:{SECRET}"
    assert crypto.blind_index("id_number", NUMBER) == before
    settings.FIELD_KEYS = f"2:sm4:{OTHER},0:index:{SECRET}"
    assert crypto.blind_index("id_number", NUMBER) == before
    settings.FIELD_KEYS = f"2:sm4:{OTHER}"
    assert crypto.blind_index("id_number", NUMBER) != before


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "1:sm4",
        f"x:sm4:{SECRET}",
        f"1:des:{SECRET}",
        "1:sm4:11",
        f"256:sm4:{SECRET}",
        "1:sm4:zz",
        f"0:index:{SECRET}",
        f"1:sm4:{SECRET},1:aes:{OTHER}",
    ],
)
def test_keys_that_are_not_keys_stop_the_program_without_being_shown(keys, settings):
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured) as error:
        crypto.seal(PURPOSE, NUMBER)
    assert SECRET not in str(error.value)

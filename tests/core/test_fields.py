import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection

from apps.core import crypto
from tests.core.probes import SealedProbe, standing

NUMBER = "11010519491231002X"


@pytest.fixture(autouse=True)
def _tables(transactional_db):
    with standing(SealedProbe):
        yield


def stored(column: str) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM probes_sealedprobe ORDER BY id")
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_a_sealed_field_is_plain_in_python_and_sealed_in_the_table():
    SealedProbe.objects.create(number=NUMBER)
    assert SealedProbe.objects.get().number == NUMBER
    assert NUMBER.encode() not in stored("number")[0]


def test_every_way_of_writing_seals():
    SealedProbe.objects.bulk_create([SealedProbe(number=NUMBER), SealedProbe(number=NUMBER)])
    SealedProbe.objects.update(other="13812345678")
    assert all(b"13812345678" not in one for one in stored("other"))
    assert set(SealedProbe.objects.values_list("number", "other")) == {(NUMBER, "13812345678")}


def test_nothing_stays_nothing():
    SealedProbe.objects.create(number=NUMBER, other=None)
    assert SealedProbe.objects.get(other__isnull=True).other is None


def test_a_ciphertext_moved_to_another_column_does_not_open():
    SealedProbe.objects.create(number=NUMBER, other="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE probes_sealedprobe SET other = number")
    with pytest.raises(crypto.CannotOpen):
        SealedProbe.objects.get()


def test_a_wrong_key_raises_and_never_returns_the_ciphertext(settings):
    SealedProbe.objects.create(number=NUMBER)
    settings.FIELD_KEYS = "1:sm4:" + "33" * 32
    with pytest.raises(crypto.CannotOpen):
        SealedProbe.objects.get()


@pytest.mark.parametrize("lookup", ["number", "number__in", "number__startswith", "number__gt"])
def test_a_sealed_field_cannot_be_searched(lookup):
    with pytest.raises(FieldError, match="blind index"):
        SealedProbe.objects.filter(**{lookup: [NUMBER] if lookup.endswith("in") else NUMBER}).exists()


def test_a_sealed_value_is_found_by_its_blind_index_and_is_unique_by_it():
    index = crypto.blind_index("id_number", NUMBER)
    SealedProbe.objects.create(number=NUMBER, index=index)
    assert SealedProbe.objects.get(index=index).number == NUMBER
    assert SealedProbe.objects.get().index == index
    with pytest.raises(IntegrityError):
        SealedProbe.objects.create(number=NUMBER, index=index)


def test_rows_sealed_in_bulk_for_a_copy_open_through_the_field():
    field = SealedProbe._meta.get_field("number")
    sealed = crypto.seal_many(field.purpose, [NUMBER, "x"])
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO probes_sealedprobe (number) VALUES (%s)",
            [[connection.Database.Binary(one)] for one in sealed],
        )
    assert list(SealedProbe.objects.order_by("id").values_list("number", flat=True)) == [NUMBER, "x"]

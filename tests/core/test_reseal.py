import pytest
from django.db import connection

from apps.core import crypto
from apps.core.fields import sealed_columns
from apps.core.management.commands.reseal import _reseal_column
from apps.core.models import StoredFile
from tests.core.probes import SealedProbe, standing

OLD, NEW = "1:sm4:" + "11" * 32, "2:sm4:" + "55" * 32


@pytest.mark.django_db(transaction=True)
def test_every_value_goes_over_to_the_new_key_and_the_old_one_can_go(settings):
    settings.FIELD_KEYS = OLD
    with standing(SealedProbe):
        SealedProbe.objects.bulk_create([SealedProbe(number=str(n), other=None) for n in range(10)])
        settings.FIELD_KEYS = f"{NEW},{OLD}"
        field = SealedProbe._meta.get_field("number")
        assert _reseal_column(SealedProbe, field) == 10
        assert _reseal_column(SealedProbe, field) == 0
        settings.FIELD_KEYS = NEW
        assert sorted(SealedProbe.objects.values_list("number", flat=True)) == [str(n) for n in range(10)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT get_byte(number, 0) FROM probes_sealedprobe")
            assert cursor.fetchall() == [(2,)]


def test_every_sealed_column_of_the_system_is_known_by_its_own_purpose():
    purposes = [field.purpose for _model, field in sealed_columns()]
    assert len(purposes) == len(set(purposes))
    assert StoredFile._meta.db_table not in {purpose.split(".")[0] for purpose in purposes}


def test_the_key_of_a_value_is_read_from_its_first_byte(settings):
    settings.FIELD_KEYS = NEW
    assert crypto.key_id(crypto.seal("a.b", "x")) == crypto.sealing_key_id() == 2

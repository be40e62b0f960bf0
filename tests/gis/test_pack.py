from tests.pack_factory import write_pack
from gis.pack import check_pack

def test_factory_pack_is_sound(tmp_path):
    assert check_pack(write_pack(tmp_path / "pack")) == []

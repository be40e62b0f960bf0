"""Columns of the school tables: the data dictionary that goes with every run. Minutes are one way, to the school; empty = out of reach."""

from __future__ import annotations

from infragap.analyses.columns import Column

SITES = (
    Column(
        "rank",
        "-",
        "border schools by pupils who may board, then the upper-secondary ones by pupil hours saved",
        "Hạng",
        "pupils_may_board, hours_saved",
    ),
    Column("school_id", "-", "identifier", "Mã trường", "schools.school_id"),
    Column("name", "-", "school", "Trường", "schools.name"),
    Column(
        "kind", "-", "border_boarding, ethnic_boarding (to be raised) or new_upper_secondary", "Loại", "schools.kind"
    ),
    Column("status", "-", "planned, or upgrade of an existing school", "Tình trạng", "schools.status"),
    Column("levels", "-", "levels counted here", "Cấp học", "schools.has_*"),
    Column("commune_code", "-", "commune code", "Mã xã", "schools.commune_code"),
    Column("commune", "-", "commune", "Xã, phường", "communes.name"),
    Column(
        "village_id", "-", "village where the placement puts it; empty where the site is given", "Mã thôn", "placement"
    ),
    Column("village", "-", "its name", "Thôn, bản", "villages.name"),
    Column(
        "site_known", "-", "the site is decided, not chosen by the placement", "Đã có địa điểm", "schools.site_known"
    ),
    Column(
        "pupils_served",
        "pupils",
        "pupils of its levels in the villages that it is the school of",
        "Học sinh trong vùng",
        "villages.pupils_*, travel",
    ),
    Column(
        "pupils_minority",
        "pupils",
        "of them, of ethnic minorities (village share)",
        "Học sinh dân tộc thiểu số",
        "villages.minority_pct",
    ),
    Column(
        "pupils_may_board",
        "pupils",
        "of them, far enough to board (4 / 7 / 10 km) or cut off in the rain; an upper number",
        "Đủ điều kiện ở nội trú",
        "boarding_*_km, way_km",
    ),
    Column(
        "capacity_pupils",
        "pupils",
        "places, published or by standard design (assumption)",
        "Quy mô (học sinh)",
        "schools.capacity_pupils",
    ),
    Column("load_pct", "%", "pupils who may board by places", "Tỷ lệ đáp ứng", "pupils_may_board, capacity_pupils"),
    Column("villages_served", "villages", "villages that it is the school of", "Số thôn, bản", "travel"),
    Column("mean_min", "min", "mean of its pupils by motorbike, dry season", "Phút trung bình (khô)", "travel"),
    Column("p90_min", "min", "nine of ten of its pupils need at most this", "Phút 90 % (khô)", "travel"),
    Column("max_min", "min", "farthest village with pupils", "Phút xa nhất (khô)", "travel"),
    Column("mean_rainy_min", "min", "mean of its pupils by motorbike, rainy season", "Phút trung bình (mưa)", "travel"),
    Column(
        "out_of_reach_rainy",
        "pupils",
        "pupils without any way to it in the rainy season",
        "Học sinh bị chia cắt mùa mưa",
        "rivers, roads",
    ),
    Column("runner_up", "-", "next best village of the commune", "Phương án thứ hai", "placement"),
    Column(
        "runner_up_extra_min",
        "min",
        "mean minutes per weighted pupil of this school that it would add",
        "Phút tăng thêm",
        "placement",
    ),
    Column("alternatives", "-", "other villages in plans within 1 % of the best", "Phương án tương đương", "placement"),
    Column(
        "fairest_village",
        "-",
        "where the longest way within the commune is shortest (p-center, then commune by commune)",
        "Phương án công bằng nhất",
        "placement",
    ),
    Column(
        "coverage_village", "-", "where most pupils lie within coverage_min", "Phương án phủ rộng nhất", "placement"
    ),
    Column(
        "pupils_nearer",
        "pupils",
        "upper-secondary pupils whom it saves at least notable_saving_min",
        "Học sinh có trường gần hơn",
        "travel",
    ),
    Column("before_min", "min", "their mean way today, motorbike, dry season", "Phút hiện nay", "travel"),
    Column("after_min", "min", "their mean way to it", "Phút sau khi có trường", "travel"),
    Column(
        "hours_saved",
        "h",
        "pupil hours saved on one way of all of them",
        "Giờ tiết kiệm mỗi lượt",
        "before_min, after_min, pupils",
    ),
    Column("site_slope_pct", "%", "slope of the ground cell", "Độ dốc", "elevation"),
    Column("site_road_km", "km", "straight distance to a road better than a track", "Cách đường", "roads"),
    Column("cost_mvnd", "mvnd", "published investment", "Vốn đầu tư", "schools.cost_mvnd"),
    Column("position_accuracy_m", "m", "radius that holds the true position", "Sai số vị trí", "schools, villages"),
    Column("reason_vi", "-", "why, with numbers", "Lý do", "all numbers of the row"),
    Column("provenance", "-", "what the row rests on", "Nguồn gốc dữ liệu", "catalogue"),
    Column("modelled_inputs", "-", "modelled layers behind it", "Lớp mô phỏng", "catalogue"),
    Column("longitude", "°", "WGS84", "Kinh độ", "geometry"),
    Column("latitude", "°", "WGS84", "Vĩ độ", "geometry"),
)

VILLAGES = (
    Column("village_id", "-", "identifier", "Mã thôn", "villages.village_id"),
    Column("name", "-", "village", "Thôn, bản", "villages.name"),
    Column("commune_code", "-", "commune code", "Mã xã", "villages.commune_code"),
    Column("commune", "-", "commune", "Xã, phường", "communes.name"),
    Column("population", "people", "population", "Dân số", "villages.population"),
    Column("minority_pct", "%", "people of ethnic minorities", "Tỷ lệ dân tộc thiểu số", "villages.minority_pct"),
    Column("pupils_primary", "pupils", "primary", "Học sinh tiểu học", "villages.pupils_primary"),
    Column("pupils_lower_secondary", "pupils", "lower secondary", "Học sinh THCS", "villages.pupils_lower_secondary"),
    Column("pupils_upper_secondary", "pupils", "upper secondary", "Học sinh THPT", "villages.pupils_upper_secondary"),
    Column(
        "upper_school_id",
        "-",
        "nearest school with upper secondary in 2030, motorbike, dry season",
        "Mã trường THPT",
        "schools, travel",
    ),
    Column("upper_school", "-", "its name", "Trường THPT gần nhất", "schools.name"),
    Column(
        "upper_motorbike_dry_min",
        "min",
        "motorbike, dry season, to the nearest",
        "Xe máy, khô (THPT)",
        "roads, elevation, speeds",
    ),
    Column(
        "upper_motorbike_rainy_min",
        "min",
        "motorbike, rainy season, to the nearest",
        "Xe máy, mưa (THPT)",
        "roads, rivers, speeds",
    ),
    Column(
        "upper_foot_dry_min",
        "min",
        "on foot, dry season, to the nearest; empty beyond foot_limit_min",
        "Đi bộ, khô (THPT)",
        "elevation, roads",
    ),
    Column(
        "upper_foot_rainy_min", "min", "on foot, rainy season, to the nearest", "Đi bộ, mưa (THPT)", "elevation, roads"
    ),
    Column(
        "upper_before_min",
        "min",
        "motorbike, dry season, to the nearest of today's schools",
        "Xe máy, khô, hiện nay",
        "schools.status",
    ),
    Column(
        "upper_way_km", "km", "length of the motorbike way in the dry season", "Quãng đường (THPT)", "roads.length_km"
    ),
    Column(
        "upper_may_board",
        "-",
        "upper-secondary pupils may board: 10 km or more, or cut off in the rain",
        "Được ở nội trú (THPT)",
        "boarding_upper_secondary_km",
    ),
    Column(
        "border_school_id",
        "-",
        "border school that the village goes to; empty outside the border communes",
        "Mã trường biên giới",
        "placement",
    ),
    Column("border_school", "-", "its name", "Trường nội trú biên giới", "schools.name"),
    Column("border_motorbike_dry_min", "min", "motorbike, dry season", "Xe máy, khô", "placement, travel"),
    Column("border_motorbike_rainy_min", "min", "motorbike, rainy season", "Xe máy, mưa", "placement, travel"),
    Column(
        "border_foot_dry_min",
        "min",
        "on foot, dry season; empty beyond foot_limit_min",
        "Đi bộ, khô",
        "placement, travel",
    ),
    Column("border_foot_rainy_min", "min", "on foot, rainy season", "Đi bộ, mưa", "placement, travel"),
    Column("border_way_km", "km", "length of the motorbike way in the dry season", "Quãng đường", "roads.length_km"),
    Column(
        "border_may_board_primary",
        "-",
        "primary pupils may board: 4 km or more, or cut off in the rain",
        "Được ở nội trú (tiểu học)",
        "boarding_primary_km",
    ),
    Column(
        "border_may_board_lower_secondary",
        "-",
        "lower-secondary pupils may board: 7 km or more, or cut off",
        "Được ở nội trú (THCS)",
        "boarding_lower_secondary_km",
    ),
    Column(
        "cut_off_in_rain",
        "-",
        "no motorbike way to its school in the rainy season",
        "Bị chia cắt mùa mưa",
        "rivers, roads.is_bridge",
    ),
    Column(
        "position_accuracy_m",
        "m",
        "radius that holds the true position",
        "Sai số vị trí",
        "villages.position_accuracy_m",
    ),
    Column("provenance", "-", "what the row rests on", "Nguồn gốc dữ liệu", "catalogue"),
    Column("longitude", "°", "WGS84", "Kinh độ", "villages"),
    Column("latitude", "°", "WGS84", "Vĩ độ", "villages"),
)

CATCHMENTS = (
    Column("kind", "-", "border_boarding, upper_secondary_before or upper_secondary_after", "Loại", "schools.kind"),
    Column("school_id", "-", "school", "Mã trường", "schools.school_id"),
    Column("name", "-", "its name", "Trường", "schools.name"),
    Column("area_km2", "km²", "ground that reaches it first by motorbike, dry season", "Diện tích", "travel"),
    Column("provenance", "-", "what the row rests on", "Nguồn gốc dữ liệu", "catalogue"),
)

ISOCHRONES = (
    Column("school_id", "-", "border school", "Mã trường", "schools.school_id"),
    Column("name", "-", "its name", "Trường", "schools.name"),
    Column("mode", "-", "motorbike or foot", "Phương tiện", "parameter"),
    Column("season", "-", "dry or rainy", "Mùa", "parameter"),
    Column("minutes_from", "min", "inner end of the ring", "Từ (phút)", "isochrone_minutes"),
    Column("minutes_to", "min", "outer end of the ring", "Đến (phút)", "isochrone_minutes"),
    Column("area_km2", "km²", "area of the ring", "Diện tích", "travel"),
    Column("provenance", "-", "what the row rests on", "Nguồn gốc dữ liệu", "catalogue"),
)

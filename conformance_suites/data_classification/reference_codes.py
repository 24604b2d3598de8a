"""Codes and words that the reference catalogue writes."""

from __future__ import annotations

SCHEME = "gbt43697"
SCHEME_VERSION = "2024"
HARM_WORDS = {"none": "无危害", "general": "一般危害", "serious": "严重危害", "extreme": "特别严重危害"}
OBJECT_WORDS = {
    "nationalSecurity": "国家安全",
    "economy": "经济运行",
    "socialOrder": "社会秩序",
    "publicInterest": "公共利益",
    "orgRights": "组织权益",
    "personalRights": "个人权益",
}
FACTOR_GROUPS = (
    "naturalResources",
    "strategicReserves",
    "environmentMonitoring",
    "farmlandWater",
    "biologicalResources",
    "geographicPrecision",
    "unreleasedEconomy",
)
# update cycle → how many days may pass
CYCLES = {
    "realtime": 1,
    "daily": 1,
    "weekly": 7,
    "tenDays": 10,
    "monthly": 31,
    "quarterly": 92,
    "semiannual": 184,
    "annual": 366,
    "irregular": 400,
}
METHODS = ("系统对接", "联机查询", "在线浏览", "调用在线服务", "下载")
FORMATS = ("xlsx", "KingbaseES", "Dm", "xml", "服务接口")
LAW = "《中华人民共和国数据安全法》"
PRIVACY_LAW = "《中华人民共和国个人信息保护法》第二十八条、第二十九条"
MAPPINGS = {
    "core": {"db31t310030": "核心", "cac2026": "核心"},
    "important": {"db31t310030": "重要", "cac2026": "重要"},
    "G4": {"db31t310030": "一般4级", "db33t2351": "L4", "cac2026": "敏感一般"},
    "G3": {"db31t310030": "一般3级", "db33t2351": "L3", "cac2026": "敏感一般"},
    "G2": {"db31t310030": "一般2级", "db33t2351": "L2", "cac2026": "常规一般"},
    "G1": {"db31t310030": "一般1级", "db33t2351": "L1", "cac2026": "常规一般"},
}
LABELS = {"core": "核心数据", "important": "重要数据"} | {f"G{step}": f"一般数据{step}级" for step in (1, 2, 3, 4)}


def shown_as(grade: str) -> dict[str, object]:
    """What an entry says besides its level: the label's words, and the grade in other schemes."""
    return {"label": LABELS[grade], "mapping": MAPPINGS[grade]}

"""``szxc doctor``: what stands between us and a target, looked at stage by stage, each with what to do about it."""

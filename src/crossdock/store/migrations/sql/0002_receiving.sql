-- The most of a supply line that is taken in without asking, received or not; null where nobody set a limit.
alter table expected_supply add column most numeric;

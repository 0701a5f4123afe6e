-- What one `unit` of an item holds: `contains_numerator / contains_denominator` base units, exactly, from `valid_from`
-- until the day before `valid_until`. `party` is empty for the item's own packs. Every source has its own rows: two
-- that hold at once and differ are shown to a person, and nothing is converted by either.
create table pack_structure (
    company_id text collate "C" not null,
    item text collate "C" not null,
    party text collate "C" not null,
    unit text collate "C" not null,
    source text collate "C" not null,
    valid_from date not null,
    valid_until date,
    level text not null,
    contains_numerator bigint not null check (contains_numerator > 0),
    contains_denominator bigint not null check (contains_denominator > 0),
    document text not null,
    changed_in bigint not null,
    primary key (company_id, item, party, unit, source, valid_from),
    check (valid_until > valid_from)
);
create index pack_structure_changed_in on pack_structure (changed_in);

insert into pack_structure (company_id, item, party, unit, source, valid_from, level, contains_numerator,
    contains_denominator, document, changed_in)
select company_id, item, '', unit, '', '0001-01-01', '', contains_numerator, contains_denominator, '', changed_in
from item_pack;
drop table item_pack;

-- A kit consists of components, so many of each in one kit, each in its item's base unit.
create table kit_component (
    company_id text collate "C" not null,
    kit text collate "C" not null,
    component text collate "C" not null,
    valid_from date not null,
    valid_until date,
    quantity numeric not null check (quantity > 0),
    changed_in bigint not null,
    primary key (company_id, kit, component, valid_from),
    check (valid_until > valid_from),
    check (component <> kit)
);
create index kit_component_changed_in on kit_component (changed_in);
create index kit_component_in on kit_component (company_id, component);

-- Lots as somebody last described them. Not held in memory: there are many more than items.
create table item_lot (
    company_id text collate "C" not null,
    item text collate "C" not null,
    lot text collate "C" not null,
    expires_on date,
    made_on date,
    supplier text not null,
    source text not null,
    changed_in bigint not null,
    primary key (company_id, item, lot)
);

-- Handling units (pallets, cartons) by their SSCC, with what a document says they hold. Another document about the same
-- unit is another row: whether a carton that was announced came is a question, not an update.
create table handling_unit (
    company_id text collate "C" not null,
    sscc text collate "C" not null,
    document text collate "C" not null,
    party text not null,
    body text not null,
    changed_in bigint not null,
    primary key (company_id, sscc, document)
);

-- What suppliers were asked to ship straight to customers, folded from the purchase orders: taken off what they say they
-- have. It is no stock of ours.
create table drop_shipped (
    subject text collate "C" not null,
    line text collate "C" not null,
    company_id text collate "C" not null,
    supplier text collate "C" not null,
    item text collate "C" not null,
    quantity numeric not null,
    ordered_at timestamptz not null,
    primary key (subject, line)
);
create index drop_shipped_since on drop_shipped (company_id, supplier, item, ordered_at);

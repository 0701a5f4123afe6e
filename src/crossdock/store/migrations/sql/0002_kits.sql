-- Waiting rows that are served together or not at all, such as the components of a kit: `per` of each make one of them.
-- Beside the reservation, for few have it. `beside` are all items of the set: who gives one of them holds them all.
create table waiting_set (
    reservation text collate "C" primary key,
    company_id text collate "C" not null,
    item text collate "C" not null,
    together text collate "C" not null,
    per numeric not null,
    beside text[] not null
);
create index waiting_set_of_item on waiting_set (company_id, item);

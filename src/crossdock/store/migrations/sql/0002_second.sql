-- Catch weight: what a physical position holds in the second unit of its item, as far as movements said it; `weighed` is
-- of how much of it, in base units. A fold of stock_movement's second quantities, kept in the transaction that moves.
create table stock_position_second (
    position_id bigint not null,
    unit text collate "C" not null,
    quantity numeric not null,
    weighed numeric not null,
    primary key (position_id, unit)
) with (fillfactor = 70);

//! Where everything is kept: the same on both databases.

mod ahead;
mod migrations;
mod parity;
mod transactions;

use crate::support::each_database;

#[test]
fn the_address_of_a_database_is_not_printed() {
    each_database(|bed| {
        let printed = format!("{:?} {:?}", bed.service.db(), bed.service);
        let place = bed.url().rsplit('/').next().unwrap();
        assert!(printed.contains("Db { kind: ") && !printed.contains(place), "{printed}");
    });
}

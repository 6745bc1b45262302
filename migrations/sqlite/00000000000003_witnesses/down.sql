DROP TABLE ledger_stamps;
DROP TABLE ledger_cosignatures;

DROP TABLE access_tokens;
DROP TABLE password_resets;
DROP TABLE sign_in_steps;
DROP TABLE recovery_codes;
DROP TABLE officer_totp;

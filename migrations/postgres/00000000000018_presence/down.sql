DROP TABLE feedback_presence;

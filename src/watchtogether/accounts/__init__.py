"""Who somebody is: sign-in, sessions, linked identities, secrets at rest."""

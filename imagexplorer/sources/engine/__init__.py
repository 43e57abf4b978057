"""Docker Engine API (Docker, and Podman's compatible service) through the docker SDK."""

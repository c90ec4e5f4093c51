"""The core of the encounter imaging hub: it decides and keeps. No Flask, no search engine."""

# What each word does stands in scripts/launch/; `make` alone lists the words.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; exit; }; \
	done; command -v python3)
ifeq ($(strip $(PYTHON)),)
$(error Shitu needs Python 3.11 or later, and there is no python3 here)
endif
export ARGS

.PHONY: help run test setup check bench faults fuzz lock

help:
	@echo "make run     the whole system with the demo city   (PORT, DATABASE_URL, REDIS_URL, DEMO=0)"
	@echo "make test    the whole suite on throw-away engines (ARGS='-k roster')"
	@echo "make check   linters, types, layers, migrations, catalogues, deployment"
	@echo "make bench   the measurements"
	@echo "make faults  money under crashes, lost messages, wrong files, removed guards   (ARGS='--schedules 10000')"
	@echo "make fuzz    whatever can be sent to the interface and to every form   (ARGS='--examples 500')"
	@echo "make setup   the set-up alone"
	@echo "make lock    resolve requirements/*.in again"

run test setup check bench faults fuzz lock:
	@$(PYTHON) -m scripts.launch $@

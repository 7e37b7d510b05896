# The monitor as a daemon: built in one stage, run in another, never as root, in UTC.
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements/core.txt requirements/core.txt
RUN python -m venv /opt/monitor \
 && /opt/monitor/bin/pip install --no-cache-dir --require-hashes -r requirements/core.txt
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY monitor monitor
COPY aoi aoi
COPY config config
COPY sample_tiles sample_tiles
RUN /opt/monitor/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12-slim
ENV TZ=UTC PYTHONUNBUFFERED=1 PATH=/opt/monitor/bin:$PATH
RUN useradd --system --uid 10001 --home-dir /var/lib/monitor --create-home monitor
COPY --from=build /opt/monitor /opt/monitor
USER monitor
WORKDIR /var/lib/monitor
VOLUME /var/lib/monitor
# Mount your settings at /etc/monitor/monitor.toml; keep the store on the volume.
HEALTHCHECK --interval=60s --timeout=30s --start-period=120s \
  CMD ["monitor", "health", "--config", "/etc/monitor/monitor.toml"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["monitor"]
CMD ["run", "--config", "/etc/monitor/monitor.toml"]

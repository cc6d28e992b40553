# The whole package gallery has to be within reach: the drivers of production are in it (see Directory.Packages.props).
FROM mcr.microsoft.com/dotnet/sdk:10.0.401-noble AS build
WORKDIR /source

# Restored before the sources come, so that a change of code restores nothing.
COPY global.json .editorconfig Directory.Build.props Directory.Packages.props ./
COPY src/Directory.Build.props src/
COPY src/Fulfilment.Core/Fulfilment.Core.csproj src/Fulfilment.Core/
COPY src/Fulfilment.Infrastructure/Fulfilment.Infrastructure.csproj src/Fulfilment.Infrastructure/
COPY src/Fulfilment.Suppliers/Fulfilment.Suppliers.csproj src/Fulfilment.Suppliers/
COPY src/Fulfilment.Hangfire/Fulfilment.Hangfire.csproj src/Fulfilment.Hangfire/
COPY src/Fulfilment.Host/Fulfilment.Host.csproj src/Fulfilment.Host/
RUN dotnet restore src/Fulfilment.Host -p:FullPackages=true

COPY sql/ sql/
COPY src/ src/
RUN dotnet publish src/Fulfilment.Host -c Release -o /app --no-restore -p:FullPackages=true -p:UseAppHost=false \
    && mkdir /data

# No shell and no package manager. "extra" has ICU, which codes are normalised with, and the time zones for Business:TimeZone.
FROM mcr.microsoft.com/dotnet/aspnet:10.0.12-noble-chiseled-extra
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=$APP_UID:$APP_UID /data /data

# The port is ours to choose (Urls). Diagnostics would want to write.
ENV ASPNETCORE_HTTP_PORTS= \
    DOTNET_EnableDiagnostics=0 \
    Urls=http://+:8080 \
    Storage__Path=/data
USER $APP_UID
EXPOSE 8080

# The host finishes what it has taken, for at most 30 s: give it more than that (docker stop -t 45).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["dotnet", "Fulfilment.Host.dll", "health"]
ENTRYPOINT ["dotnet", "Fulfilment.Host.dll"]
CMD ["serve"]

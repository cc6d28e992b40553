# Sourced by the commands beside it: set-up that a fresh machine with only the .NET SDK needs.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if ! command -v dotnet >/dev/null; then
  echo "dotnet is not on the PATH: install the .NET 10 SDK (https://dot.net/download)." >&2
  exit 1
fi

# need_tools NAME...  Each name is a command, and the Debian package that brings it unless that is said after "=".
need_tools() {
  local tool missing=() packages=()
  for tool in "$@"; do
    if ! command -v "${tool%%=*}" >/dev/null; then
      missing+=("${tool%%=*}")
      packages+=("${tool#*=}")
    fi
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${packages[*]}"
    { timeout 120 apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >/dev/null || true
  fi
  for tool in "${missing[@]}"; do
    command -v "$tool" >/dev/null || echo "$tool is missing, and what needs it will say so; install it with your package manager." >&2
  done
}

# Decides once per machine which set of Directory.Packages.props is used. Delete
# Packages.local.props to decide again.
choose_packages() {
  local full=false probe
  if [ ! -f Packages.local.props ]; then
    # The lock files are of the basic set, and CI holds to them.
    if [ "${CI:-}" != true ]; then
      probe=$(mktemp -d)
      # Into folders of its own: a failed try must leave nothing behind that a build would pick up.
      timeout 60 dotnet restore eng/probe/FullPackages.csproj -p:FullPackages=true -p:RestoreLockedMode=false \
        -p:MSBuildProjectExtensionsPath="$probe/obj/" -p:RestorePackagesPath="$probe/packages" \
        >/dev/null 2>&1 && full=true
      rm -rf "$probe"
    fi
    echo "<Project><PropertyGroup><FullPackages Condition=\"'\$(FullPackages)' == ''\">$full</FullPackages></PropertyGroup></Project>" \
      > Packages.local.props
  fi
  if grep -q '>true<' Packages.local.props; then
    echo "Packages: the full set (Packages.local.props)"
  else
    echo "Packages: the basic set, without Hangfire and NBomber (Packages.local.props)"
  fi
}

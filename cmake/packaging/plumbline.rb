# A formula for Homebrew. Executors for Linux hosts are not built there: docs/guide/macos.md says where they come from.
class Plumbline < Formula
  desc "Configuration of hosts: typed YAML in, reviewed plans out"
  url "@URL@"
  sha256 "@SHA256@"
  license "Apache-2.0"

  depends_on "cmake" => :build
  depends_on "cli11" => :build
  depends_on "ninja" => :build
  depends_on "nlohmann-json" => :build
  depends_on "pkgconf" => :build
  depends_on "tl-expected" => :build
  depends_on "tomlplusplus" => :build
  depends_on "libssh"
  depends_on "libxcrypt"
  depends_on "nettle"
  depends_on "openssl@3"
  depends_on "re2"
  depends_on "simdjson"
  depends_on "spdlog"
  depends_on "yaml-cpp"
  uses_from_macos "sqlite"
  uses_from_macos "zlib"

  def install
    system "cmake", "--preset", "release", "-DCMAKE_C_COMPILER_LAUNCHER=", "-DCMAKE_CXX_COMPILER_LAUNCHER=", *std_cmake_args
    system "cmake", "--build", "build/release"
    system "cmake", "--install", "build/release"
  end

  test do
    system bin/"plumb", "init", testpath/"web"
    system bin/"plumb", "-C", testpath/"web", "validate"
  end
end

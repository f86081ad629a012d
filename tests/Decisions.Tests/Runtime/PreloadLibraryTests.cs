using Reuseportd.Hosting;

namespace Decisions.Tests.Runtime;

public sealed class PreloadLibraryTests
{
    [Theory]
    [InlineData("/opt/x/lib/libreuseport.so", "/opt/x/lib/libreuseport.so")]
    [InlineData("/opt/x/lib/reuseportd/libreuseport.so", "/opt/x/lib/reuseportd/libreuseport.so")]
    public void Find_BesideTheDaemonsOwnDirectory_IsFound(string there, string expected) =>
        Assert.Equal((expected, ""), (PreloadLibrary.Find(null, "/opt/x/bin/", path => path == there, out var error), error));

    [Fact]
    public void Find_InBothPlaces_ChoosesTheNearest() =>
        Assert.Equal("/opt/x/lib/libreuseport.so", PreloadLibrary.Find(null, "/opt/x/bin", _ => true, out _));

    [Fact]
    public void Find_MissingLibrary_NamesSearchedPaths()
    {
        Assert.Null(PreloadLibrary.Find(null, "/opt/x/bin", _ => false, out var error));
        Assert.Contains("/opt/x/lib/libreuseport.so", error, StringComparison.Ordinal);
        Assert.Contains("/opt/x/lib/reuseportd/libreuseport.so", error, StringComparison.Ordinal);
        Assert.Contains("--preload", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_GivenPath_SearchesNoOther()
    {
        Assert.Null(
            PreloadLibrary.Find(
                "/elsewhere/lib.so", "/opt/x/bin", path => path.StartsWith("/opt", StringComparison.Ordinal), out var error));
        Assert.Equal("the preload library is missing: there is no /elsewhere/lib.so", error);
    }

    [Fact]
    public void Find_GivenByARelativePath_IsAbsolute() =>
        Assert.Equal(Path.GetFullPath("lib.so"), PreloadLibrary.Find("lib.so", "/opt/x/bin", _ => true, out _));

    [Theory]
    [InlineData("/opt/my lib/libreuseport.so")]
    [InlineData("/opt/a:b/libreuseport.so")]
    [InlineData("/opt/a\tb/libreuseport.so")]
    public void Find_PathThatTheLoaderWouldSplit_IsRefused(string path)
    {
        Assert.Null(PreloadLibrary.Find(path, "/opt/x/bin", _ => true, out var error));
        Assert.Contains(path, error, StringComparison.Ordinal);
    }
}

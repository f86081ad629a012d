using static System.StringComparison;

namespace Preload.Tests;

/// <summary>Contents of the shared object.</summary>
public class BinaryTests
{
    [Fact]
    public void Library_Exports_BindAndListenOnly() =>
        Assert.Equal(["bind", "listen"], Symbols("--defined-only").Order(StringComparer.Ordinal));

    [Fact]
    public void Library_Needs_TheLibcOnly()
    {
        var dynamic = Artifacts.Output("readelf", "-dW", Artifacts.Library).Split('\n');
        Assert.Contains("libc.so", Assert.Single(dynamic, line => line.Contains("(NEEDED)", Ordinal)), Ordinal);
    }

    /// <summary>No stdio, no heap, no locale, no environment but the list itself.</summary>
    [Fact]
    public void Library_Imports_NothingThatAllocatesOrFormats()
    {
        string[] allowed =
        [
            "__environ", "_environ", "environ", "__errno_location", "__stack_chk_fail",
            "dlsym", "fstat", "inet_pton", "memcpy", "memset", "memcmp", "strlen", "syscall",
        ];
        Assert.Empty(Symbols("--undefined-only").Except(allowed));
    }

    [Fact]
    public void Library_Hardening_IsWhole()
    {
        var dynamic = Artifacts.Output("readelf", "-dW", Artifacts.Library);
        var segments = Artifacts.Output("readelf", "-lW", Artifacts.Library);

        Assert.Contains("BIND_NOW", dynamic, Ordinal);
        Assert.DoesNotContain("TEXTREL", dynamic, Ordinal);
        Assert.DoesNotContain("RPATH", dynamic, Ordinal);
        Assert.DoesNotContain("RUNPATH", dynamic, Ordinal);
        Assert.Contains("GNU_RELRO", segments, Ordinal);
        Assert.DoesNotContain("RWE", segments, Ordinal);
        var stack = Assert.Single(segments.Split('\n'), line => line.Contains("GNU_STACK", Ordinal));
        Assert.Contains(" RW ", stack, Ordinal);
    }

    [Fact]
    public void Library_Symbols_AreStripped() =>
        Assert.DoesNotContain(".symtab", Artifacts.Output("readelf", "-SW", Artifacts.Library), Ordinal);

    /// <summary>Names of dynamic symbols without their versions. Each line of nm ends with a name.</summary>
    private static IEnumerable<string> Symbols(string which) =>
        Artifacts.Output("nm", "-D", which, Artifacts.Library)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[^1].Split('@')[0]);
}

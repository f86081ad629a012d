using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;

namespace Decisions.Tests.Runtime;

public sealed class MethodChoiceTests
{
    private const string Missing = "missing";

    private static readonly PreloadDiagnosis Static = new(PreloadReason.StaticallyLinked, "/bin/x");

    [Theory]
    [InlineData("auto", "", "kernel seccomp", "preload: library kernel")]
    [InlineData("auto", "", "seccomp", "preload: library")]
    [InlineData("auto", "", "", "preload: library")]
    [InlineData("auto", "StaticallyLinked", "kernel seccomp", "kernel: library kernel")]
    [InlineData("auto", "StaticallyLinked", "seccomp", "seccomp: library seccomp")]
    [InlineData("auto", "StaticallyLinked", "", "preload: library unshared")]
    [InlineData("auto", "SetIdentity", "kernel seccomp", "kernel: library kernel")]
    [InlineData("auto", "SetIdentity", "seccomp", "seccomp: library seccomp")]
    [InlineData("preload", "", "kernel seccomp", "preload: library")]
    [InlineData("preload", "OwnSystemCalls", "kernel seccomp", "preload: library unshared")]
    [InlineData("kernel", "", "kernel seccomp", "kernel: kernel")]
    [InlineData("kernel", "", "seccomp", "preload: library")]
    [InlineData("seccomp", "", "kernel seccomp", "seccomp: seccomp")]
    [InlineData("seccomp", "", "kernel", "preload: library")]
    public void Of_ProgramAndPrivileges_IsTheBestMethod(string wanted, string unreached, string available, string expected)
    {
        var method = Enum.GetValues<ShardingMethod>().Single(method => method.Word() == wanted);
        var reason = unreached.Length == 0 ? null : new PreloadDiagnosis(Enum.Parse<PreloadReason>(unreached), "/bin/x");
        var choice = MethodChoice.Of(
            method, reason, available.Contains("kernel") ? null : Missing, available.Contains("seccomp") ? null : Missing);
        Assert.Equal(expected, Described(choice));
    }

    [Fact]
    public void Of_ConfiguredMethodIsMissing_HasItsObstacle()
    {
        Assert.Equal(Missing, MethodChoice.Of(ShardingMethod.Kernel, null, Missing, null).Obstacle);
        Assert.Equal(Missing, MethodChoice.Of(ShardingMethod.Seccomp, null, null, Missing).Obstacle);
        Assert.Null(MethodChoice.Of(ShardingMethod.Auto, null, Missing, Missing).Obstacle);
    }

    [Fact]
    public void After_SilentLibrary_IsTheMethodOfTheKernelIfAttached()
    {
        var silence = new PreloadDiagnosis(PreloadReason.EnvironmentCleared, "/bin/x");
        Assert.Equal("kernel: library kernel", Described(MethodChoice.Of(ShardingMethod.Auto, null, null, null).After(silence)));
        var alone = MethodChoice.Of(ShardingMethod.Auto, null, Missing, Missing).After(silence);
        Assert.Equal("preload: library unshared", Described(alone));
    }

    [Fact]
    public void ExpectsLines_ProgramThatTheKernelReaches_IsFalse()
    {
        Assert.True(MethodChoice.Of(ShardingMethod.Auto, null, null, null).ExpectsLines);
        Assert.False(MethodChoice.Of(ShardingMethod.Auto, Static, null, null).ExpectsLines);
        // The daemon then finds the reason for the silence in the running process.
        Assert.True(MethodChoice.Of(ShardingMethod.Auto, Static, Missing, Missing).ExpectsLines);
    }

    private static string Described(MethodChoice choice) =>
        $"{choice.Method.Word()}:{(choice.UsesLibrary ? " library" : "")}{(choice.UsesKernel ? " kernel" : "")}"
        + $"{(choice.UsesSeccomp ? " seccomp" : "")}{(choice.IsUnshared ? " unshared" : "")}";
}

using Decisions.Tests.Observability;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Snapshots;

using static Decisions.Tests.Diagnosis.BindCauseCases;
using static Decisions.Tests.Diagnosis.BindFacts;

namespace Decisions.Tests.Diagnosis;

public sealed class MethodWordsTests
{
    private const string NoGroups = "no groups";

    private static readonly Dictionary<string, MethodChoice> All = new()
    {
        ["library"] = MethodChoice.Default,
        ["library as configured"] = MethodChoice.Default with { Wanted = ShardingMethod.Preload },
        ["library and kernel"] = Choice(ShardingMethod.Auto, null, null),
        ["static under the kernel"] = Choice(ShardingMethod.Auto, Static, null),
        ["static under seccomp"] = Choice(ShardingMethod.Auto, Static, NoGroups, noSeccomp: null),
        ["static under seccomp, low ports"] =
            Choice(ShardingMethod.Auto, Static, NoGroups, noSeccomp: null) with { NoPrivilegedPorts = NoGroups },
        ["library, low ports"] = Choice(ShardingMethod.Auto, null, NoGroups) with { NoPrivilegedPorts = NoGroups },
        ["kernel is missing"] = Choice(ShardingMethod.Kernel, null, NoGroups),
        ["kernel is missing, low ports"] = Choice(ShardingMethod.Kernel, null, NoGroups) with { NoPrivilegedPorts = NoGroups },
        ["static, unshared"] = Choice(ShardingMethod.Auto, Static, NoGroups),
        ["static, low ports, unshared"] = Choice(ShardingMethod.Auto, Static, NoGroups) with
        {
            NoPrivilegedPorts = NoGroups, Remedy = MethodRemedy.SetNoNewPrivileges,
        },
        ["remove the method"] = Unshared(ShardingMethod.Preload, MethodRemedy.RemoveMethod),
        ["configure seccomp"] = Unshared(ShardingMethod.Auto, MethodRemedy.ConfigureSeccomp),
        ["delegate a group"] = Unshared(ShardingMethod.Auto, MethodRemedy.DelegateGroup),
        ["set-user-ID program, seccomp cannot help"] = Unshared(ShardingMethod.Auto, MethodRemedy.ConfigureSeccomp) with
        {
            Unreached = Static with { Reason = PreloadReason.SetIdentity },
        },
    };

    [Fact]
    public void Of_EachChoice_HasTheSentencesOfTheGoldenFile() => Sentences.ExpectGolden(
        "Diagnosis/Golden/methods.txt", All.ToDictionary(one => one.Key, one => (string[])[MethodWords.Of(one.Value)]));

    [Theory]
    [InlineData("static under seccomp, low ports", "'privileged_ports' has no effect", NoGroups)]
    [InlineData("library, low ports", "'privileged_ports' has no effect", NoGroups)]
    [InlineData("kernel is missing, low ports", "'privileged_ports' has no effect", NoGroups)]
    [InlineData("static, low ports, unshared", "'privileged_ports' has no effect", "'no_new_privileges: true'")]
    [InlineData("remove the method", "remove 'method: preload'")]
    [InlineData("configure seccomp", "'method: seccomp'")]
    [InlineData("delegate a group", "control group")]
    public void Of_Choice_NamesObstacleAndRemedy(string name, params string[] facts)
    {
        Sentences.AssertNames([MethodWords.Of(All[name])], facts);
        Assert.True(MethodWords.IsWarning(All[name]));
    }

    [Theory]
    [InlineData("library")]
    [InlineData("static under seccomp")]
    public void IsWarning_EverythingIsPossible_IsFalse(string name) => Assert.False(MethodWords.IsWarning(All[name]));

    [Fact]
    public void Word_NoMethodReachesTheProgram_IsNone()
    {
        var unshared = Ready with { Method = All["static, unshared"] };
        Assert.Equal("none", MethodWords.Word(unshared));
        Assert.Equal("none", MethodWords.Word(Ready with { Method = MethodChoice.Default, Silence = Static }));
        Assert.Equal("preload", MethodWords.Word(Ready with { Method = MethodChoice.Default }));
        // The library has reported a bind.
        Assert.Equal("preload", MethodWords.Word(unshared with { Binds = [Outcome("ok", matched: true)] }));
        Assert.Equal("seccomp", MethodWords.Word(Ready with { Method = All["static under seccomp"] }));
        Assert.Null(MethodWords.Word(Ready));
    }

    [Fact]
    public void Of_Cause_NamesTheRemedyOfTheMethod()
    {
        var worker = Ready with { Silence = Static, Method = All["static, low ports, unshared"] };
        Assert.Contains("'no_new_privileges: true'", Assert.Single(Of(worker)), StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_MethodIsMissing_IsLoggedAsAWarning()
    {
        using var log = new CollectedLog();
        new FailureLog(log.Logger).Tell(new FailureEvent.MethodUsed("web", All["kernel is missing"]));
        var logged = Assert.Single(log.Events());
        Assert.Equal("method kernel cannot be used: no groups", logged.GetProperty("REUSEPORT_REASON").GetString());
    }

    private static MethodChoice Choice(
        ShardingMethod wanted, PreloadDiagnosis? unreached, string? noKernel, string? noSeccomp = "refused") =>
        MethodChoice.Of(wanted, unreached, noKernel, noSeccomp) with { Wanted = wanted };

    private static MethodChoice Unshared(ShardingMethod wanted, MethodRemedy remedy) =>
        Choice(wanted, Static, NoGroups) with { Remedy = remedy };
}

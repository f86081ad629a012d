using Decisions.Tests.Configuration;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;

namespace Decisions.Tests.Runtime;

public sealed class MethodTableTests
{
    private const string NoPrograms = "no programs";

    private static readonly Credentials Ordinary = new(new Identity(1000, 1000, []), NoNewPrivileges: false);

    [Theory]
    [InlineData("method: kernel", NoPrograms)]
    [InlineData("method: kernel, privileged_ports: false", null)]
    [InlineData("method: auto", NoPrograms)]
    public void Choose_PrivilegedPortsWithoutTheKernelMethod_HasTheReason(string keys, string? reason)
    {
        var chosen = Choose(keys.Contains("privileged") ? keys : $"{keys}, privileged_ports: true", null);
        Assert.Equal(reason, chosen.NoPrivilegedPorts);
    }

    [Theory]
    [InlineData("kernel", "", "seccomp", "ConfigureSeccomp")]
    [InlineData("kernel", "", "seccomp-needs", "ConfigureSeccomp")]
    [InlineData("kernel", "no_new_privileges: false", "seccomp-needs", "SetNoNewPrivileges")]
    [InlineData("seccomp", "", "groups", "DelegateGroup")]
    [InlineData("kernel", "", "", "None")]
    public void Choose_MethodIsMissing_HasTheRemedy(string method, string key, string host, string remedy)
    {
        SeccompSupport? seccomp =
            host.StartsWith("seccomp", StringComparison.Ordinal) ? new(null, Errno.None, host.EndsWith("needs")) : null;
        var chosen = Choose($"method: {method}", seccomp, key, lacksGroups: host == "groups");
        Assert.Equal((remedy, method), ($"{chosen.Remedy}", chosen.Wanted.Word()));
    }

    /// <summary>The configuration refuses <c>privileged_ports</c> with the method seccomp.</summary>
    [Fact]
    public void Choose_PrivilegedPorts_RemedyIsNotSeccomp() => Assert.Equal(
        MethodRemedy.RemoveMethod,
        Choose("method: kernel, privileged_ports: true", new SeccompSupport(null, Errno.None, false)).Remedy);

    private static MethodChoice Choose(string reuseport, SeccompSupport? seccomp, string key = "", bool lacksGroups = false)
    {
        var process = Given.Service($"reuseport: {{ ports: 80, {reuseport} }}\n{key}").Process;
        var support = new MethodSupport(null, NoPrograms, seccomp) { LacksGroups = lacksGroups };
        return new MethodTable("/lib/libreuseport.so", support).Choose(process, ["/no/program"], null, Ordinary);
    }
}

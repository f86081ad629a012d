using Reuseportd.Control.Import;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>Units whose meaning depends on defaults, instances and the order of keys.</summary>
public sealed class SystemdTests
{
    [Theory]
    [InlineData("%i", "\"a-b\\\\x2dc\"")]
    [InlineData("%I", "a/b-c")]
    [InlineData("%p", "foo-bar")]
    [InlineData("%P", "foo/bar")]
    [InlineData("%j", "bar")]
    [InlineData("%J", "bar")]
    public void Specifier_OfAnInstance_IsReplaced(string specifier, string value)
    {
        var sample = Read($"[Service]\nExecStart=/web\nEnvironment=A={specifier}\n", "foo-bar@a-b\\x2dc.service");
        Assert.Contains($"A: {value}\n", sample.Yaml, StringComparison.Ordinal);
    }

    /// <summary>A worker has a number, and a user has no placeholder.</summary>
    [Theory]
    [InlineData("User=%i")]
    [InlineData("User=www-%i")]
    [InlineData("User=%H")]
    public void User_OfATemplate_IsLeftOut(string key)
    {
        var sample = Read($"[Service]\nExecStart=/web\n{key}\n", "web@.service");
        Assert.DoesNotContain("    user:", sample.Yaml, StringComparison.Ordinal);
        Assert.Contains("autostart: false\n", sample.Yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EnvironmentFile=/etc/default/x", 0)]
    [InlineData("EnvironmentFile=-/etc/default/x\nEnvironment=PORT=8080", 1)]
    [InlineData("Environment=\"A=b", 1)]
    [InlineData("Environment=%H=1 B=%H", 2)]
    [InlineData("RestartPreventExitStatus=255", 0)]
    [InlineData("RestartPreventExitStatus=255\nRestart=always", 1)]
    [InlineData("SuccessExitStatus=143\nRestart=on-failure", 1)]
    [InlineData("RestartForceExitStatus=3", 1)]
    [InlineData("PrivateNetwork=false\nProtectHome=no\nDynamicUser=0", 0)]
    [InlineData("RuntimeMaxSec=infinity", 0)]
    [InlineData("Restart=sometimes", 1)]
    public void Keys_ThatMatter_AreMissing(string keys, int missing) =>
        Assert.Equal(missing, Read($"[Service]\nExecStart=/web\n{keys}\n").Missing);

    [Fact]
    public void RuntimeMaxSec_Infinity_IsNoLimit() => Assert.DoesNotContain(
        "recycle", Read("[Service]\nExecStart=/web\nRuntimeMaxSec=infinity\n").Yaml, StringComparison.Ordinal);

    [Fact]
    public void After_Target_IsNamed()
    {
        var sample = Read("[Unit]\nAfter=network.target vpn.target\n[Service]\nExecStart=/web\n");
        var remark = Assert.Single(sample.Remarks, remark => remark.Place.Line == 2);
        Assert.Contains("vpn.target", remark.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ExecStart_ThatCannotBeRead_HasItsReason() => Assert.Contains(
        "the quote \" is not closed", Read("[Service]\nExecStart=/web \"a\n").Yaml, StringComparison.Ordinal);

    private static Sample Read(string text, string name = "web.service") => Sample.Read(Kinds.Systemd, name, text);
}

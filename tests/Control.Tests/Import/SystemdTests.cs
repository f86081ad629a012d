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
    [InlineData("%f", "/a/b-c")]
    [InlineData("%h", "/root")]
    [InlineData("%u", "root")]
    [InlineData("%U", "\"0\"")]
    [InlineData("%H", Sample.HostName)]
    [InlineData("%l", "source")]
    public void Specifier_OfAnInstance_IsReplaced(string specifier, string value)
    {
        var sample = Read($"[Service]\nExecStart=/web\nEnvironment=A={specifier}\n", "foo-bar@a-b\\x2dc.service");
        Assert.Contains($"A: {value}\n", sample.Yaml, StringComparison.Ordinal);
    }

    /// <summary>A worker has a number, and a user has no placeholder.</summary>
    [Theory]
    [InlineData("User=%i")]
    [InlineData("User=www-%i")]
    [InlineData("User=%m")]
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
    [InlineData("Environment=%m=1 B=%m", 2)]
    [InlineData("RestartPreventExitStatus=255", 0)]
    [InlineData("RestartPreventExitStatus=255\nRestart=always", 1)]
    [InlineData("SuccessExitStatus=143\nRestart=on-failure", 1)]
    [InlineData("RestartForceExitStatus=3", 1)]
    [InlineData("PrivateNetwork=false\nProtectHome=no\nDynamicUser=0", 0)]
    [InlineData("RuntimeMaxSec=infinity", 0)]
    [InlineData("Restart=sometimes", 1)]
    public void Keys_ThatMatter_AreMissing(string keys, int missing) =>
        Assert.Equal(missing, Read($"[Service]\nExecStart=/web\n{keys}\n").Missing);

    /// <summary>The values are those of the manager, which is not root's here.</summary>
    [Fact]
    public void Specifier_OfAUsersUnit_IsNotKnown() => Assert.Equal(2, Sample.Read(
        Kinds.Systemd, "web.service", "[Service]\nExecStart=/web %h %t\n", directory: "/etc/systemd/user").Missing);

    /// <summary>The command would start with a hole, and do something else.</summary>
    [Fact]
    public void ExecStart_WithAnUnknownValue_DoesNotStart()
    {
        var sample = Read("[Service]\nExecStart=/web --id %m%m/x\n");
        Assert.Contains("    autostart: false\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Single(sample.Remarks, remark => remark.Key == "autostart");
    }

    [Theory]
    [InlineData("Requires=web.socket", "", 1)]
    [InlineData("After=app@%i.socket", "", 1)]
    [InlineData("Wants=dbus.socket docker.socket systemd-networkd.socket", "", 0)]
    [InlineData("Requires=web.socket", "Also=web.socket", 1)]
    [InlineData("", "Also=other.socket", 1)]
    [InlineData("", "Also=other.service", 0)]
    public void Socket_OfTheUnit_IsMissing(string unit, string install, int missing)
    {
        var sample = Read($"[Unit]\n{unit}\n[Service]\nExecStart=/web\n[Install]\n{install}\n");
        Assert.Equal(missing, sample.Missing);
        Assert.Equal(missing, sample.Remarks.Count(
            remark => remark.Text.EndsWith("the program must bind it itself", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("docker.service", "docker.socket", 1)]
    [InlineData("web.service", "docker.socket", 0)]
    public void Socket_OfACommonService_IsThatOfOthers(string name, string socket, int missing) =>
        Assert.Equal(missing, Read($"[Unit]\nRequires={socket}\n[Service]\nExecStart=/web\n", name).Missing);

    [Theory]
    [InlineData("web.service", "web.socket", 1)]
    [InlineData("web@.service", "web@.socket", 1)]
    [InlineData("web@1.service", "web@.socket", 1)]
    [InlineData("web.service", "other.socket", 0)]
    public void Socket_BesideTheUnit_IsMissing(string name, string socket, int missing) => Assert.Equal(
        missing, Sample.Read(Kinds.Systemd, name, "[Service]\nExecStart=/web\n", Files(socket)).Missing);

    [Theory]
    [InlineData("/etc/app/*.env", "[/etc/app/a.env, /etc/app/b.env]", 0)]
    [InlineData("-/etc/app/*.env", "[\"-/etc/app/a.env\", \"-/etc/app/b.env\"]", 0)]
    [InlineData("/etc/none/*.env", null, 1)]
    [InlineData("-/etc/none/*.env", null, 0)]
    public void EnvironmentFile_Pattern_IsReplaced(string pattern, string? list, int missing)
    {
        var sample = Sample.Read(
            Kinds.Systemd, "web.service", $"[Service]\nExecStart=/web\nEnvironmentFile={pattern}\n",
            Files("/etc/app/b.env", "/etc/app/a.env", "/etc/app/c.conf"));
        Assert.Equal(list is not null, sample.Yaml.Contains($"    env_file: {list}\n", StringComparison.Ordinal));
        Assert.DoesNotContain("    env_file: [\"/etc/app/*", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(missing, sample.Missing);
        Assert.Contains(sample.Remarks, remark => remark.Key == "env_file");
    }

    /// <summary>systemd sends the signal to all processes, and the daemon to the shell.</summary>
    [Theory]
    [InlineData("/bin/sh -c 'a; b'", "", true)]
    [InlineData("/opt/run.sh", "", true)]
    [InlineData("/usr/bin/bash run", "", true)]
    [InlineData("/bin/sh -c 'exec a'", "", false)]
    [InlineData("/web $A ${B}", "", false)]
    [InlineData("/web", "", false)]
    [InlineData("/bin/sh -c 'a; b'", "KillMode=mixed", false)]
    [InlineData("/web", "KillMode=control-group", true)]
    public void KillMode_OfTheControlGroup_HasARemark(string command, string key, bool isSaid) => Assert.Equal(
        isSaid, Read($"[Service]\nExecStart={command}\n{key}\n").Remarks.Any(remark => remark.Key == "stop_signal"));

    [Theory]
    [InlineData("RestartSec=100ms", false)]
    [InlineData("RestartSec=30\nRestartSec=100ms", false)]
    [InlineData("RestartSec=30", true)]
    public void RestartSec_IsNoWaitAfterAGoodStart(string key, bool isSaid) => Assert.Equal(
        isSaid, Read($"[Service]\nExecStart=/web\n{key}\n").Remarks.Any(remark => remark.Key == "restart.delay"));

    [Theory]
    [InlineData("150.5%", "\"150%\"", 1)]
    [InlineData("0.5%", "\"1%\"", 1)]
    [InlineData("150%", "\"150%\"", 0)]
    public void CpuQuota_PartOfAPercent_HasARemark(string value, string quota, int remarks)
    {
        var sample = Read($"[Service]\nExecStart=/web\nCPUQuota={value}\n");
        Assert.Contains($"cpu_quota: {quota}\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(remarks, sample.Remarks.Count(remark => remark.Key == "limits"));
    }

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

    private static Dictionary<string, string> Files(params string[] names) => names.ToDictionary(name => name, _ => "");

    private static Sample Read(string text, string name = "web.service") => Sample.Read(Kinds.Systemd, name, text);
}

using Reuseportd.Control.Import;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>Drop-ins of units in all folders of systemd, in its order.</summary>
public sealed class UnitFolderTests
{
    private const string OfPackages = "/usr/lib/systemd/system";

    [Theory]
    [InlineData("web-site.service", "/etc/systemd/system/web-site.service.d/a.conf")]
    [InlineData("web-site.service", "/run/systemd/system/web-.service.d/a.conf")]
    [InlineData("web-site.service", "/lib/systemd/system/service.d/a.conf")]
    [InlineData("web-site.service", "/etc/systemd/system.control/web-site.service.d/50-CPUQuota.conf")]
    [InlineData("web@.service", "/etc/systemd/system/web@.service.d/a.conf")]
    [InlineData("web@1.service", "/etc/systemd/system/web@.service.d/a.conf")]
    [InlineData("web@1.service", "/etc/systemd/system/web@1.service.d/a.conf")]
    [InlineData("web-a@1.service", "/etc/systemd/system/web-@.service.d/a.conf")]
    public void DropIn_OfTheSystem_IsRead(string unit, string dropIn)
    {
        var sample = Read(OfPackages, unit, dropIn);
        Assert.Contains("      nice: 5\n", sample.Yaml, StringComparison.Ordinal);
        Assert.Equal(unit.EndsWith("@.service", StringComparison.Ordinal) ? 1 : 0, sample.Remarks.Count(
            remark => remark.Key == "workers"));
    }

    [Theory]
    [InlineData("web.service", "/etc/systemd/system/site.service.d/a.conf")]
    [InlineData("web.service", "/etc/systemd/user/web.service.d/a.conf")]
    [InlineData("web@1.service", "/etc/systemd/system/web@2.service.d/a.conf")]
    public void DropIn_OfAnotherUnit_IsNotRead(string unit, string dropIn) =>
        Assert.DoesNotContain("nice:", Read(OfPackages, unit, dropIn).Yaml, StringComparison.Ordinal);

    /// <summary>The names of the files are the order; of one name, the first folder counts.</summary>
    [Theory]
    [InlineData("/usr/lib/systemd/system/web.service.d/b.conf", "/etc/systemd/system/web.service.d/a.conf", 6)]
    [InlineData("/etc/systemd/system/web.service.d/a.conf", "/run/systemd/system/web.service.d/a.conf", 6)]
    [InlineData("/usr/lib/systemd/system/web.service.d/a.conf", "/etc/systemd/system/service.d/a.conf", 6)]
    public void DropIns_OfSeveralFolders_AreInTheOrderOfSystemd(string counts, string other, int nice)
    {
        var files = new Dictionary<string, string>
        {
            [counts] = $"[Service]\nNice={nice}\n", [other] = "[Service]\nNice=7\n",
        };
        var sample = Sample.Read(Kinds.Systemd, "web.service", "[Service]\nExecStart=/web\n", files, directory: OfPackages);
        Assert.Contains($"      nice: {nice}\n", sample.Yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web.service.d/a.conf", true, 0)]
    [InlineData("service.d/a.conf", true, 0)]
    [InlineData("/etc/systemd/system/web.service.d/a.conf", false, 1)]
    [InlineData("/etc/systemd/system/service.d/a.conf", false, 0)]
    public void DropIns_OfAFileElsewhere_AreThoseBesideIt(string dropIn, bool isRead, int missing)
    {
        var sample = Read(Sample.Directory, "web.service", dropIn);
        Assert.Equal(isRead, sample.Yaml.Contains("nice: 5", StringComparison.Ordinal));
        Assert.Equal(missing, sample.Missing);
    }

    private static Sample Read(string directory, string unit, string dropIn) => Sample.Read(
        Kinds.Systemd, unit, "[Service]\nExecStart=/web\n",
        new Dictionary<string, string> { [dropIn] = "[Service]\nNice=5\n" }, directory: directory);
}

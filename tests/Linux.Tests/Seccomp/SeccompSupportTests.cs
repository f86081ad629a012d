using Linux.Tests.Harness;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Model;

namespace Linux.Tests.Seccomp;

public sealed class SeccompSupportTests
{
    [Fact]
    public void Find_RootAndOrdinaryUser_DifferInNoNewPrivileges()
    {
        Root.Require();
        Assert.Equal(new SeccompSupport(null, Errno.None, NeedsNoNewPrivileges: false), SeccompSupport.Find());
        OrdinaryUser.Run([], _ =>
            Assert.Equal(new SeccompSupport(null, Errno.None, NeedsNoNewPrivileges: true), SeccompSupport.Find()));
    }

    [Theory]
    [InlineData(317, "seccomp")]
    [InlineData(OldKernel.CloseRange, "close_range")]
    [InlineData(434, "pidfd_open")]
    [InlineData(438, "pidfd_getfd")]
    public void Find_CallIsMissing_NamesIt(uint call, string name)
    {
        OldKernel.RequireNumbers();
        OldKernel.Without([call], Errno.NoSuchCall.Number, () =>
        {
            var support = SeccompSupport.Find();
            Assert.Equal((false, name, Errno.NoSuchCall), (support.IsAvailable, support.Missing, support.Errno));
        });
    }
}
